//! `target/pages`: everything a browser may ask for, as the server embeds it.
//!
//! | from | to |
//! |---|---|
//! | the two WASM binaries | `assets/widget-<hash>.{js,wasm}`, `assets/console-<hash>.{js,wasm}` |
//! | `frontend/static/**`, HTML apart | `assets/<name>-<hash>.<ext>` |
//! | `frontend/static/**/*.html` | the same name |
//! | `demo/**` | `demo/**` |
//! | `embed.js`, `embed-chat.js` | the same name |
//! | | `manifest.json`: logical name of every asset → its path |
//!
//! Each has a `.br` and a `.gz` beside it if that is smaller.

use std::{fs, io, path::Path};

use crate::{
    assets::{Files, Site},
    build::Mode,
    cache::Cache,
    compress,
    error::{AtPath, Error, Result},
    slim, wasm,
    workspace::Workspace,
};

/// Logical name of an asset → path; written last and changed by every other change.
pub const MANIFEST: &str = "manifest.json";

/// Builds the pages; gives every file that is now in `target/pages`.
pub fn build(workspace: &Workspace, mode: Mode) -> Result<Files> {
    let cache = Cache::open(workspace.target.join("pages-cache").join(mode.name()))?;
    let (mut assets, documents) = sources(&workspace.root)?;
    for page in wasm::build(workspace, mode, &cache)? {
        for (name, content) in
            [(format!("{}.wasm", page.name), page.wasm), (format!("{}.js", page.name), page.glue)]
        {
            if assets.insert(name.clone(), content).is_some() {
                return Err(Error::Duplicate(name));
            }
        }
    }
    let Site { mut files, manifest } = Site::publish(assets, documents)?;
    let siblings = compress::siblings(&files, mode, &cache)?;
    files.extend(siblings);
    let manifest = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    write(&workspace.pages(), &files, &manifest)?;
    cache.prune()?;
    Ok(files)
}

/// The files that people wrote: assets, and documents that keep their names.
fn sources(root: &Path) -> Result<(Files, Files)> {
    let mut assets = read_tree(&root.join("frontend/static"))?;
    let mut documents = Files::new();
    let html: Vec<String> =
        assets.keys().filter(|name| has_extension(name, "html")).cloned().collect();
    for name in html {
        documents.extend(assets.remove_entry(&name));
    }
    for (name, content) in &mut assets {
        *content = slimmed(name, content);
    }
    for (name, content) in read_tree(&root.join("demo"))? {
        documents.insert(format!("demo/{name}"), content);
    }
    for name in ["embed.js", "embed-chat.js"] {
        let path = root.join(name);
        let content = fs::read(&path).at("read", &path)?;
        documents.insert(name.to_owned(), slimmed(name, &content));
    }
    Ok((assets, documents))
}

/// What is neither script nor style stays as it is, and so does what is no text.
fn slimmed(name: &str, content: &[u8]) -> Vec<u8> {
    match str::from_utf8(content) {
        Ok(text) if has_extension(name, "js") => slim::script(text).into_bytes(),
        Ok(text) if has_extension(name, "css") => slim::style(text).into_bytes(),
        _ => content.to_vec(),
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// Every file below `top` by its path from there, with `/` on every system; hidden ones apart.
fn read_tree(top: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![(top.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.at("read", &folder)?,
        };
        for entry in entries {
            let path = entry.at("read", &folder)?.path();
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned())
            else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                folders.push((path, format!("{name}/")));
            } else {
                files.insert(name, fs::read(&path).at("read", &path)?);
            }
        }
    }
    Ok(files)
}

/// Makes `folder` hold `files` and the manifest and nothing else, touching only what differs.
///
/// A debug server reads the folder as it runs: new files come first, then the manifest that
/// names them, and what it no longer names goes last.
fn write(folder: &Path, files: &Files, manifest: &[u8]) -> Result<()> {
    for (name, content) in files {
        write_if_changed(&folder.join(name), content)?;
    }
    write_if_changed(&folder.join(MANIFEST), manifest)?;
    remove_strangers(folder, "", files)
}

fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).at("create", parent)?;
    }
    fs::write(path, content).at("write", path)
}

fn remove_strangers(folder: &Path, prefix: &str, files: &Files) -> Result<()> {
    for entry in fs::read_dir(folder).at("read", folder)?.flatten() {
        let (path, name) =
            (entry.path(), format!("{prefix}{}", entry.file_name().to_string_lossy()));
        if path.is_dir() {
            let below = format!("{name}/");
            remove_strangers(&path, &below, files)?;
            if !files.keys().any(|file| file.starts_with(&below)) {
                fs::remove_dir(&path).at("remove", &path)?;
            }
        } else if name != MANIFEST && !files.contains_key(&name) {
            fs::remove_file(&path).at("remove", &path)?;
        }
    }
    Ok(())
}
