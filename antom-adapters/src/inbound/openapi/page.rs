//! Shows the OpenAPI document as one page: no scripts, nothing from other hosts.
//! What it says is the document's alone.
#![expect(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The methods of a path, in the order in which they are shown.
const METHODS: [&str; 2] = ["get", "post"];

/// The page of a document.
pub(crate) fn html(document: &Value) -> String {
    let (mut index, mut sections) = (String::new(), String::new());
    for (path, item) in members(&document["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let id = escaped(text(operation, "operationId"));
                put(
                    &mut index,
                    format_args!(
                        "<li><a href=\"#{id}\"><span class=\"method\">{method}</span> {}</a></li>",
                        escaped(path)
                    ),
                );
                sections.push_str(&section(&id, method, path, operation));
            }
        }
    }
    let mut schemas = String::new();
    for (name, schema) in members(&document["components"]["schemas"]) {
        put(
            &mut schemas,
            format_args!("<section id=\"schema-{0}\"><h2><code>{0}</code></h2>", escaped(name)),
        );
        put(
            &mut schemas,
            format_args!("<p>{}</p>{}</section>", escaped(text(schema, "description")), fields(schema)),
        );
    }
    let info = &document["info"];
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><link rel=\"stylesheet\" href=\"/docs/page.css\">\
         <h1>{title}</h1><p>{about}</p><p><a href=\"/openapi.json\">openapi.json</a></p><nav><ul>{index}</ul></nav>\
         {sections}<h1>Schemas</h1>{schemas}</html>",
        title = escaped(text(info, "title")),
        about = escaped(text(info, "description")),
    )
}

fn section(id: &str, method: &str, path: &str, operation: &Value) -> String {
    let mut out = format!(
        "<section id=\"{id}\"><h2><code><span class=\"method\">{method}</span> {}</code></h2><p>{}</p><p>{}</p>",
        escaped(path),
        escaped(text(operation, "summary")),
        escaped(text(operation, "description")),
    );
    if let Some(scope) = operation["security"][0]["apiKey"][0].as_str() {
        put(&mut out, format_args!("<p class=\"scope\">Scope of the key: {}</p>", escaped(scope)));
    }
    let body = &operation["requestBody"]["content"]["application/json"];
    if !body.is_null() {
        put(&mut out, format_args!("<h3>Request</h3>{}", reference(&body["schema"])));
        out.push_str(&examples(body));
    }
    out.push_str("<h3>Answers</h3>");
    for (status, answer) in members(&operation["responses"]) {
        put(
            &mut out,
            format_args!(
                "<p><strong>{}</strong> {}</p>",
                escaped(status),
                escaped(text(answer, "description"))
            ),
        );
        for content in members(&answer["content"]).map(|(_, content)| content) {
            out.push_str(&reference(&content["schema"]));
            out.push_str(&examples(content));
        }
    }
    out.push_str("</section>");
    out
}

fn examples(content: &Value) -> String {
    let mut out = String::new();
    for (name, example) in members(&content["examples"]) {
        let pretty = serde_json::to_string_pretty(&example["value"]).unwrap_or_default();
        put(&mut out, format_args!("<p>Example: {}</p><pre>{}</pre>", escaped(name), escaped(&pretty)));
    }
    out
}

fn fields(schema: &Value) -> String {
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut rows = String::new();
    for (name, property) in members(&schema["properties"]) {
        let must = if required.iter().any(|one| one == name) { "required" } else { "" };
        put(
            &mut rows,
            format_args!(
                "<tr><td><code>{}</code></td><td>{} {must}</td><td>{}</td></tr>",
                escaped(name),
                reference(property),
                escaped(text(property, "description")),
            ),
        );
    }
    if rows.is_empty() { String::new() } else { format!("<table>{rows}</table>") }
}

/// The type of something, or a link to it.
fn reference(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\"><code>{0}</code></a>", escaped(name));
    }
    if !schema["items"].is_null() {
        return format!("list of {}", reference(&schema["items"]));
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return escaped(&words.join(" | "));
    }
    match &schema["type"] {
        Value::String(name) => escaped(name),
        Value::Array(names) => {
            escaped(&names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "))
        }
        _ => String::new(),
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _written = out.write_fmt(text);
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inbound::openapi;

    #[test]
    fn the_page_shows_every_operation_and_nothing_that_runs_or_comes_from_elsewhere() {
        let document = openapi::document();
        let page = html(&document);
        let mut shown = 0;
        for (path, item) in members(&document["paths"]) {
            for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
                let heading = format!("<span class=\"method\">{method}</span> {}</code></h2>", escaped(path));
                assert!(page.contains(&heading), "{method} {path}");
                shown += 1;
            }
        }
        assert!(shown > 10, "{shown}");
        for word in ["<script", "src=", "style=\"", "@import", "onclick"] {
            assert!(!page.contains(word), "{word}");
        }
        for link in page.split("href=\"").skip(1) {
            assert!(link.starts_with(['#', '/']), "{}", link.split('"').next().unwrap());
        }
    }

    #[test]
    fn what_the_document_says_is_shown_as_text() {
        let page = html(&json!({"info": {"title": "<b>\"&'"}, "paths": {}}));
        assert!(page.contains("<title>&lt;b&gt;&quot;&amp;&#39;</title>"), "{page}");
    }
}
