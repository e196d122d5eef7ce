//! Mending what an old wasm-opt breaks.
//!
//! Binaryen 108, which Debian 12 ships, writes every exported table as table 0. wasm-bindgen
//! exports the table of JavaScript references, which is not the first, and its glue then fails on
//! the first line. Nothing else is lost, so the right index is put back.

/// Table and export sections of the binary format.
const TABLES: u8 = 4;
const EXPORTS: u8 = 7;
/// An export of this kind is a table.
const KIND_TABLE: u8 = 1;
/// The element type of JavaScript references.
const EXTERNREF: u8 = 0x6f;
/// The name under which wasm-bindgen exports its table.
const EXPORT: &[u8] = b"__wbindgen_externrefs";

/// Points the export at the table it means. Leaves a module alone in which that is so already, or
/// that is not laid out as expected.
pub fn mend_export(wasm: &mut [u8]) {
    let Some((at, index)) = exported_index(wasm) else { return };
    let Some(right) = externref_index(wasm) else { return };
    if let (true, Some(byte)) = (index < 0x80 && right < 0x80, wasm.get_mut(at)) {
        *byte = u8::try_from(right).unwrap_or(*byte);
    }
}

/// Where the index of the exported table stands, and what it is.
fn exported_index(wasm: &[u8]) -> Option<(usize, u32)> {
    let mut reader = section(wasm, EXPORTS)?;
    for _ in 0..reader.number()? {
        let length = reader.number()? as usize;
        let name = reader.bytes(length)?;
        let kind = reader.byte()?;
        let at = reader.at;
        let index = reader.number()?;
        if kind == KIND_TABLE && name == EXPORT {
            return Some((at, index));
        }
    }
    None
}

/// The index of the first table of JavaScript references. Our modules import no table.
fn externref_index(wasm: &[u8]) -> Option<u32> {
    let mut reader = section(wasm, TABLES)?;
    for index in 0..reader.number()? {
        let kind = reader.byte()?;
        if kind == EXTERNREF {
            return Some(index);
        }
        let has_maximum = reader.byte()? & 1 == 1;
        reader.number()?;
        if has_maximum {
            reader.number()?;
        }
    }
    None
}

/// A reader at the content of the section `id`.
fn section(wasm: &[u8], id: u8) -> Option<Reader<'_>> {
    // After the magic number and the version.
    let mut reader = Reader { wasm, at: 8 };
    loop {
        let found = reader.byte()?;
        let length = reader.number()? as usize;
        if found == id {
            return Some(reader);
        }
        reader.bytes(length)?;
    }
}

struct Reader<'a> {
    wasm: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let bytes = self.wasm.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a table of functions, one of references, and the export of table `index`.
    fn module(index: u8) -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend([TABLES, 9, 2, 0x70, 1, 5, 5, EXTERNREF, 0, 0x84, 0x08]);
        wasm.extend([EXPORTS, 25, 1, 21]);
        wasm.extend(EXPORT);
        wasm.extend([KIND_TABLE, index]);
        wasm
    }

    #[test]
    fn the_export_gets_its_table_back() {
        for index in [0, 1] {
            let mut wasm = module(index);
            mend_export(&mut wasm);
            assert_eq!(wasm, module(1));
        }
    }

    #[test]
    fn anything_else_stays() {
        let whole = module(0);
        for length in 0..whole.len() {
            let mut cut = whole[..length].to_vec();
            mend_export(&mut cut);
            assert_eq!(cut, whole[..length]);
        }
    }
}
