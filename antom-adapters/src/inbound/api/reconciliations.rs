//! Reconciliations: settlement files are uploaded, or taken from the watched folder; reports are listed and shown.
//! Reading and comparing is left to `inbound::reconciliation`.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use antom_reconcile::{FileError, Options, ReconcileError, Unit};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use multer::{Constraints, Multipart, SizeLimit};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::id::Id;
use super::problem::Problem;
use super::{Api, body};
use crate::inbound::reconciliation::{Failed, FileOnDisk, Progress, Refused};

/// About two million rows; larger files belong into the watched folder.
const LARGEST_UPLOAD: u64 = 1024 * 1024 * 1024;
const UPLOAD_WITHIN: Duration = Duration::from_mins(10);
const MOST_FILES: usize = 200;
const LIST: usize = 50;

/// What a request says beside its files.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    unit: UnitIn,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum UnitIn {
    #[default]
    Major,
    Minor,
}

impl Wanted {
    fn options(&self) -> Options {
        let unit = match self.unit {
            UnitIn::Major => Unit::Major,
            UnitIn::Minor => Unit::Minor,
        };
        Options { unit, ..Options::default() }
    }
}

/// Reconciles uploaded files, or, with a JSON body, those in the watched folder. Asking again is harmless: the same files
/// have the same report.
//= B-7
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(kind) else {
        let wanted: Wanted = body::read(&headers, body).await?;
        return api
            .reconciler
            .run_folder(wanted.options())
            .await
            .map(Json)
            .map_err(|refused| told(refused, &[]));
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LARGEST_UPLOAD) {
        return Err(Problem::too_large());
    }
    let uploading = Upload::take(body, boundary);
    let upload = tokio::time::timeout(UPLOAD_WITHIN, uploading).await.map_err(|_| Problem::too_slow())??;
    let (progress, names) = (Progress::default(), upload.names.clone());
    let files = upload.names.iter().enumerate().map(|(at, name)| {
        FileOnDisk::named(name.clone(), &upload.folder.path().join(at.to_string()), &progress)
    });
    let done = api.reconciler.run(files.collect(), upload.wanted.options()).await;
    done.map(Json).map_err(|refused| told(refused, &names))
}

pub(super) async fn list(State(api): State<Arc<Api>>) -> Result<Json<Value>, Problem> {
    let summaries = api.reconciler.archive.list(LIST).await?;
    let summaries: Vec<Value> =
        summaries.iter().filter_map(|summary| serde_json::from_str(summary).ok()).collect();
    Ok(Json(json!({ "reconciliations": summaries })))
}

pub(super) async fn show(State(api): State<Arc<Api>>, Id(id): Id) -> Result<Json<Value>, Problem> {
    let kept = api.reconciler.archive.report(&id).await?;
    let kept = kept.ok_or_else(|| Problem::not_found("there is no such reconciliation"))?;
    Ok(Json(serde_json::from_str(&kept.body).unwrap_or_default()))
}

/// Files that came with a request, on disk: they may be larger than memory.
struct Upload {
    folder: TempDir,
    names: Vec<String>,
    wanted: Wanted,
}

impl Upload {
    async fn take(body: Body, boundary: String) -> Result<Upload, Problem> {
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(LARGEST_UPLOAD));
        let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
        let folder = tempfile::tempdir().map_err(|_| Problem::no_room())?;
        let mut upload = Upload { folder, names: Vec::new(), wanted: Wanted::default() };
        while let Some(mut part) = parts.next_field().await.map_err(|error| broken(&error))? {
            match (part.name(), part.file_name()) {
                (Some("file"), Some(name)) if upload.names.len() < MOST_FILES => {
                    let path = upload.folder.path().join(upload.names.len().to_string());
                    upload.names.push(file_name(name));
                    let mut file = File::create_new(path).map_err(|_| Problem::no_room())?;
                    // Each chunk is small and goes to the system's cache.
                    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
                        file.write_all(&chunk).map_err(|_| Problem::no_room())?;
                    }
                }
                (Some("file"), Some(_)) => {
                    return Err(Problem::field("file", format!("there may be at most {MOST_FILES}")));
                }
                (Some("unit"), None) => {
                    upload.wanted.unit = match part.text().await.map_err(|error| broken(&error))?.as_str() {
                        "major" => UnitIn::Major,
                        "minor" => UnitIn::Minor,
                        _ => return Err(Problem::field("unit", "must be major or minor")),
                    };
                }
                _ => {
                    return Err(Problem::field("file", "send each file as a part `file` with its file name"));
                }
            }
        }
        if upload.names.is_empty() {
            return Err(Problem::field("file", "is missing"));
        }
        Ok(upload)
    }
}

/// The name alone: a client's folders are nobody's business, and never a path here.
fn file_name(name: &str) -> String {
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(200)
        .collect()
}

fn broken(error: &multer::Error) -> Problem {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            Problem::too_large()
        }
        _ => Problem::field("body", "is no whole multipart/form-data"),
    }
}

fn told(refused: Refused, names: &[String]) -> Problem {
    match refused {
        Refused::Busy | Refused::NoFiles => Problem::conflict(refused.to_string()),
        Refused::Failed(Failed::Reconcile(ReconcileError::File(error))) => unreadable(&error, names),
        Refused::Failed(Failed::Books(error)) => error.into(),
        Refused::Failed(Failed::Archive(error)) => error.into(),
        Refused::Failed(Failed::Reconcile(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "nothing reconciled");
            Problem::from(antom_domain::port::StoreError::Unavailable)
        }
    }
}

/// Which of the files, with line and column.
fn unreadable(error: &FileError, names: &[String]) -> Problem {
    let field = match names.iter().position(|name| *name == error.file) {
        Some(at) => format!("file[{at}]"),
        None => "folder".to_owned(),
    };
    let line = error.line.map(|line| format!("line {line}, ")).unwrap_or_default();
    let column = error.column.as_ref().map(|column| format!("column {column}, ")).unwrap_or_default();
    Problem::field(field, format!("{line}{column}{}", error.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for (name, kept) in [
            ("transactionItems_20261102_000.csv", "transactionItems_20261102_000.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\files\\a.csv", "a.csv"),
            ("a\nb.csv", "ab.csv"),
        ] {
            assert_eq!(file_name(name), kept);
        }
    }
}
