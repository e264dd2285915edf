//! A signer that never holds up the threads that answer requests.
//! Keys and signatures are left to `antom-signing`.

use std::sync::Arc;

use antom_signing::{KeyVersion, LocalSigner, SignError, Signature, Signer};
use async_trait::async_trait;
use tokio::sync::Semaphore;

/// Signs on blocking threads, at most as many at a time as it was given.
///
/// One signature takes 0.4 to 0.8 ms of a core: without this bound a burst of payments would delay acknowledgements.
#[derive(Debug, Clone)]
pub struct PooledSigner {
    signer: LocalSigner,
    permits: Arc<Semaphore>,
}

impl PooledSigner {
    /// Signs with `signer`, at most `at_once` at a time.
    pub fn new(signer: LocalSigner, at_once: usize) -> PooledSigner {
        PooledSigner { signer, permits: Arc::new(Semaphore::new(at_once.max(1))) }
    }
}

#[async_trait]
impl Signer for PooledSigner {
    async fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        // The semaphore is never closed, and a signature never panics: both mean that the process is ending.
        let ending = |_: String| SignError::Unavailable { source: None };
        let _permit = self.permits.acquire().await.map_err(|error| ending(error.to_string()))?;
        let (signer, message) = (self.signer.clone(), message.to_vec());
        let signed = tokio::task::spawn_blocking(move || signer.sign_now(&message)).await;
        signed.map_err(|error| ending(error.to_string()))?
    }

    fn key_version(&self) -> KeyVersion {
        self.signer.key_version()
    }
}

#[cfg(test)]
mod tests {
    use antom_signing::MerchantKey;
    use tokio::task::JoinSet;

    use super::*;

    const KEY: &str = include_str!("../../../../antom-signing/tests/data/test_private.pem");

    /// On one thread: what signs there lets nothing else happen meanwhile.
    #[tokio::test]
    async fn a_burst_of_signatures_leaves_the_answering_thread_to_others() {
        const BURST: usize = 50;
        let signer =
            PooledSigner::new(LocalSigner::new(MerchantKey::parse(KEY).unwrap(), KeyVersion::FIRST), 1);
        let mut burst = JoinSet::new();
        for _ in 0..BURST {
            let signer = signer.clone();
            burst.spawn(async move { signer.sign(b"a payment").await.is_ok() });
        }
        let mut turns: usize = 0;
        while !burst.is_empty() {
            tokio::task::yield_now().await;
            turns += 1;
            while let Some(signed) = burst.try_join_next() {
                assert!(signed.unwrap());
            }
            assert!(signer.permits.available_permits() <= 1, "one at a time");
        }
        assert!(turns > 10 * BURST, "others had {turns} turns during {BURST} signatures");
    }
}
