//! Names that change with the content, so that browsers may keep a file for ever.
//!
//! Files are of two kinds. *Assets* (scripts, styles, WASM, icons) are published under
//! `assets/name-<hash>.ext`. *Documents* (HTML, `embed.js`, the demo shop) keep their names.
//! Both refer to an asset as `{{asset:NAME}}`, e.g. `import("{{asset:widget.js}}")`, and the build
//! puts the address in its place; a name that does not exist fails the build. What else stands
//! in double braces is the server's to fill.

use std::collections::BTreeMap;

use crate::{
    cache::sha256_hex,
    error::{Error, Result},
};

/// Content by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What a reference starts with; the name follows.
const OPEN: &str = "{{asset:";
/// What it ends with.
const CLOSE: &str = "}}";

/// Everything that is served, and how to find an asset by the name its author gave it.
#[derive(Debug, Default)]
pub struct Site {
    /// Content by the path it is served under.
    pub files: Files,
    /// Logical name of an asset to its path.
    pub manifest: BTreeMap<String, String>,
}

impl Site {
    /// Names the assets, and resolves every reference to them.
    pub fn publish(mut assets: Files, documents: Files) -> Result<Self> {
        let mut site = Self::default();
        // An asset gets its name when all it refers to has one: the address is part of its content.
        while !assets.is_empty() {
            let ready: Vec<String> = assets
                .iter()
                .filter(|(_, content)| references(content).all(|name| !assets.contains_key(name)))
                .map(|(name, _)| name.clone())
                .collect();
            if ready.is_empty() {
                let names: Vec<String> = assets.into_keys().collect();
                return Err(Error::CircularAssets(names.join(", ")));
            }
            for (name, content) in ready.iter().filter_map(|name| assets.remove_entry(name)) {
                let content = site.resolve(&name, content)?;
                let path = hashed_path(&name, &content);
                site.files.insert(path.clone(), content);
                site.manifest.insert(name, path);
            }
        }
        for (name, content) in documents {
            let content = site.resolve(&name, content)?;
            if site.files.insert(name.clone(), content).is_some() {
                return Err(Error::Duplicate(name));
            }
        }
        Ok(site)
    }

    /// `content` of `file` with addresses in place of references.
    fn resolve(&self, file: &str, content: Vec<u8>) -> Result<Vec<u8>> {
        let Some(text) = text(&content).filter(|text| text.contains(OPEN)) else {
            return Ok(content);
        };
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = next_reference(rest) {
            let path = self.manifest.get(name).ok_or_else(|| Error::UnknownAsset {
                file: file.to_owned(),
                name: name.to_owned(),
            })?;
            out.push_str(before);
            out.push('/');
            out.push_str(path);
            rest = after;
        }
        out.push_str(rest);
        Ok(out.into_bytes())
    }
}

/// The names that `content` refers to.
fn references(content: &[u8]) -> impl Iterator<Item = &str> {
    let mut rest = text(content).unwrap_or_default();
    std::iter::from_fn(move || {
        let (_, name, after) = next_reference(rest)?;
        rest = after;
        Some(name)
    })
}

/// The first reference in `text`: what stands before it, its name, what follows.
fn next_reference(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(OPEN)?;
    let (name, after) = rest.split_once(CLOSE)?;
    Some((before, name.trim(), after))
}

fn text(content: &[u8]) -> Option<&str> {
    std::str::from_utf8(content).ok()
}

/// `icons/send.svg` → `assets/icons/send-<12 hex>.svg`.
fn hashed_path(name: &str, content: &[u8]) -> String {
    let hash = &sha256_hex(&[content])[..12];
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let (stem, extension) = file.split_once('.').unwrap_or((file, ""));
    let mut path = String::from("assets/");
    for part in [folder, if folder.is_empty() { "" } else { "/" }, stem, "-", hash] {
        path.push_str(part);
    }
    if !extension.is_empty() {
        path.push('.');
        path.push_str(extension);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn text<'a>(site: &'a Site, path: &str) -> &'a str {
        std::str::from_utf8(&site.files[path]).unwrap()
    }

    #[test]
    fn a_name_follows_the_content() {
        assert_eq!(hashed_path("widget.js", b"abc"), "assets/widget-ba7816bf8f01.js");
        assert_eq!(hashed_path("icons/send.svg", b"abc"), "assets/icons/send-ba7816bf8f01.svg");
        assert_eq!(hashed_path("LICENSE", b"abc"), "assets/LICENSE-ba7816bf8f01");
        assert_ne!(hashed_path("widget.js", b"abc"), hashed_path("widget.js", b"abd"));
    }

    #[test]
    fn references_become_addresses_through_several_files() {
        let site = Site::publish(
            files(&[
                ("a-first.js", "import('{{asset:widget.js}}')"),
                ("widget.js", "fetch('{{asset:widget.wasm}}')"),
                ("widget.wasm", "\0asm"),
            ]),
            files(&[("shell.html", "<script src=\"{{asset:a-first.js}}\"></script>")]),
        )
        .unwrap();
        let first = &site.manifest["a-first.js"];
        assert_eq!(text(&site, "shell.html"), format!("<script src=\"/{first}\"></script>"));
        assert_eq!(text(&site, first), format!("import('/{}')", site.manifest["widget.js"]));
    }

    #[test]
    fn a_change_deep_down_renames_everything_above() {
        let publish = |icon: &str| {
            let assets = files(&[("a.css", "url({{asset:i.svg}})"), ("i.svg", icon)]);
            Site::publish(assets, Files::new()).unwrap().manifest
        };
        assert_ne!(publish("<svg/>")["a.css"], publish("<svg />")["a.css"]);
    }

    #[test]
    fn what_is_not_a_reference_stays() {
        for text in ["f({asset: 'x.js'})", "{{nonce}} {{look}}", "{{asset:never closed", ""] {
            let site = Site::publish(files(&[]), files(&[("x.html", text)])).unwrap();
            assert_eq!(self::text(&site, "x.html"), text);
        }
        let binary = vec![0xff, 0xfe, b'{'];
        let site = Site::publish(Files::from([("a.wasm".to_owned(), binary.clone())]), files(&[]));
        assert_eq!(site.unwrap().files.into_values().next(), Some(binary));
    }

    #[test]
    fn mistakes_fail_the_build() {
        let unknown = Site::publish(files(&[]), files(&[("x.html", "{{asset:gone.js}}")]));
        assert!(matches!(unknown, Err(Error::UnknownAsset { name, .. }) if name == "gone.js"));
        let circle = Site::publish(
            files(&[("a.js", "{{asset:b.js}}"), ("b.js", "{{asset:a.js}}")]),
            files(&[]),
        );
        assert!(matches!(circle, Err(Error::CircularAssets(names)) if names == "a.js, b.js"));
    }
}
