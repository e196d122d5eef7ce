//! From Rust to what a browser loads: cargo, wasm-bindgen, wasm-opt.

use std::{
    fs,
    path::{Path, PathBuf},
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{
    build::Mode,
    cache::{Cache, sha256_hex},
    error::{AtPath, Error, Result},
    externrefs, slim, tools,
    workspace::Workspace,
};

/// The pages, each a binary of the `frontend` crate.
const PAGES: [&str; 2] = ["widget", "console"];

/// One page, compiled.
pub struct Page {
    /// Its name, that of the binary.
    pub name: &'static str,
    /// The module.
    pub wasm: Vec<u8>,
    /// The JavaScript that loads it: `init({ module_or_path: url })` is its default export.
    pub glue: Vec<u8>,
}

/// Compiles both pages.
pub fn build(workspace: &Workspace, mode: Mode, cache: &Cache) -> Result<Vec<Page>> {
    tools::ensure_wasm_target(workspace)?;
    let profile = mode.wasm_profile();
    let mut cargo = tools::cargo(workspace);
    cargo.args(["build", "--package", "frontend", "--target", tools::WASM_TARGET]);
    cargo.args(["--profile", profile]);
    for page in PAGES {
        cargo.args(["--bin", page]);
    }
    tools::run(&mut cargo, "Install Rust from https://rustup.rs")?;

    let optimiser = mode.optimises().then(Optimiser::find).flatten();
    if mode.optimises() && optimiser.is_none() {
        println!(
            "note: wasm-opt is not on the PATH, so the pages stay about a tenth bigger than they \
             could be (Debian: `apt-get install binaryen`)"
        );
    }
    let compiled = workspace.target.join(tools::WASM_TARGET).join(profile);
    PAGES
        .into_iter()
        .map(|name| {
            let path = compiled.join(name).with_extension("wasm");
            page(workspace, name, &path, optimiser.as_ref(), cache)
        })
        .collect()
}

fn page(
    workspace: &Workspace,
    name: &'static str,
    path: &Path,
    optimiser: Option<&Optimiser>,
    cache: &Cache,
) -> Result<Page> {
    let raw = fs::read(path).at("read", path)?;
    // wasm-bindgen's version is in `raw` already: the crate writes it into a section of its own.
    let key = sha256_hex(&[name.as_bytes(), BIND_REVISION.as_bytes(), &raw]);
    let glue_key = format!("{key}.js");
    let bound_key = format!("{key}.wasm");
    // Both come from one run; whichever is missing first makes the other too.
    let mut made_glue = None;
    let bound = cache.get_or(&bound_key, || {
        let (wasm, glue) = bind(name, raw.clone())?;
        made_glue = Some(glue);
        Ok(wasm)
    })?;
    let glue = cache.get_or(&glue_key, || match made_glue {
        Some(glue) => Ok(glue),
        None => bind(name, raw).map(|(_, glue)| glue),
    })?;
    let wasm = match optimiser {
        Some(optimiser) => optimiser.run(workspace, name, &bound, cache)?,
        None => bound,
    };
    Ok(Page { name, wasm, glue })
}

/// Changes when `bind` does, so that results of its former self are not taken for its own.
const BIND_REVISION: &str = "2";

/// Runs wasm-bindgen; gives the module and its glue.
fn bind(page: &'static str, raw: Vec<u8>) -> Result<(Vec<u8>, Vec<u8>)> {
    println!("  wasm-bindgen {page}");
    let refused = |reason: String| Error::Bindgen { page, reason };
    let mut bindgen = Bindgen::new();
    let mut output = bindgen
        .input_bytes(page, raw)
        .web(true)
        .map_err(|error| refused(format!("{error:#}")))?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // No `new URL("widget_bg.wasm", …)`: the loader says where the module is.
        .omit_default_module_path(true)
        .generate_output()
        .map_err(|error| refused(format!("{error:#}")))?;
    // A crate without any is listed too, with none.
    let inline = output.snippets().iter().filter(|(_, files)| !files.is_empty());
    let mut snippets = inline.map(|(module, _)| module).chain(output.local_modules().keys());
    if let Some(snippet) = snippets.next() {
        return Err(Error::Snippet { page, snippet: snippet.clone() });
    }
    let glue = slim::script(output.js()).into_bytes();
    Ok((output.wasm_mut().emit_wasm(), glue))
}

/// Binaryen's `wasm-opt`, where it is installed.
struct Optimiser {
    program: PathBuf,
    version: Vec<u8>,
}

impl Optimiser {
    /// What rustc and wasm-bindgen emit today; without its flag wasm-opt refuses a feature.
    const ARGS: [&str; 10] = [
        "-Oz",
        "--enable-bulk-memory",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
        "--strip-debug",
        "--strip-producers",
        "--strip-target-features",
    ];

    fn find() -> Option<Self> {
        let program = tools::find("wasm-opt")?;
        let version = std::process::Command::new(&program).arg("--version").output().ok()?.stdout;
        Some(Self { program, version })
    }

    /// The module optimised, or as it was if wasm-opt cannot cope with it.
    fn run(
        &self,
        workspace: &Workspace,
        page: &str,
        wasm: &[u8],
        cache: &Cache,
    ) -> Result<Vec<u8>> {
        let settings = Self::ARGS.join(" ");
        let key = sha256_hex(&[&self.version, settings.as_bytes(), wasm]);
        let result = cache.get_or(&format!("{key}.mended.wasm"), || {
            println!("  wasm-opt {page}");
            let before = cache.folder().join(format!("{page}.before.wasm"));
            let after = cache.folder().join(format!("{page}.after.wasm"));
            fs::write(&before, wasm).at("write", &before)?;
            let mut command = tools::command(workspace, &self.program);
            command.args(Self::ARGS).arg(&before).arg("-o").arg(&after);
            tools::run(&mut command, tools::FOUND)?;
            let mut optimised = fs::read(&after).at("read", &after)?;
            externrefs::mend_export(&mut optimised);
            Ok(optimised)
        });
        match result {
            Err(error @ (Error::Failed { .. } | Error::Start { .. })) => {
                println!("warning: {page}.wasm stays as the compiler made it: {error}");
                Ok(wasm.to_vec())
            }
            other => other,
        }
    }
}
