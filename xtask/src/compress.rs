//! Compressing once, at build time, as hard as it goes.

use std::{
    io::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use crate::{
    assets::Files,
    build::Mode,
    cache::{Cache, sha256_hex},
    error::{AtPath, Result},
};

/// The `.br` and `.gz` siblings of `files`, of those that shrink.
pub fn siblings(files: &Files, mode: Mode, cache: &Cache) -> Result<Files> {
    // The biggest first, so that no core is left alone with one at the end.
    let mut queue: Vec<(&String, &Vec<u8>)> = files.iter().collect();
    queue.sort_by_key(|(_, content)| std::cmp::Reverse(content.len()));
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Files::new());
    let work = || -> Result<()> {
        while let Some((name, content)) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            let encodings = compress(content, mode, cache)?;
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            for (extension, compressed) in encodings {
                if compressed.len() < content.len() {
                    done.insert(format!("{name}.{extension}"), compressed);
                }
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn compress(content: &[u8], mode: Mode, cache: &Cache) -> Result<[(&'static str, Vec<u8>); 2]> {
    let hash = sha256_hex(&[content]);
    let quality = mode.brotli_quality();
    let br = cache.get_or(&format!("{hash}.{quality}.br"), || brotli(content, quality))?;
    let gz = cache.get_or(&format!("{hash}.gz"), || gzip(content))?;
    Ok([("br", br), ("gz", gz)])
}

fn brotli(content: &[u8], quality: i32) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality,
        lgwin: 22,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut out, &params).at("compress", "a page")?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).at("compress", "a page")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn both_encodings_give_the_content_back() {
        let content = "the same words again and again, ".repeat(50).into_bytes();
        let mut back = Vec::new();
        brotli::Decompressor::new(&brotli(&content, 11).unwrap()[..], 4096)
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, content);
        back.clear();
        let zipped = gzip(&content).unwrap();
        flate2::read::GzDecoder::new(&zipped[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, content);
    }
}
