//! The opcodes of pickle by CPython's names (`Lib/pickletools.py`): those that are read, and the others to be told.

macro_rules! opcodes {
    ($($name:ident $byte:literal)*) => {
        $(pub const $name: u8 = $byte;)*
    };
}

opcodes! {
    PROTO 0x80 STOP b'.' MARK b'('
    NONE b'N' NEWTRUE 0x88 NEWFALSE 0x89 BININT b'J' BININT1 b'K' BININT2 b'M'
    BINSTRING b'T' SHORT_BINSTRING b'U'
    EMPTY_LIST b']' APPEND b'a' APPENDS b'e' EMPTY_DICT b'}' SETITEM b's' SETITEMS b'u'
    EMPTY_TUPLE b')' TUPLE b't' TUPLE1 0x85 TUPLE2 0x86 TUPLE3 0x87
    BINGET b'h' LONG_BINGET b'j' BINPUT b'q' LONG_BINPUT b'r'
    GLOBAL b'c' REDUCE b'R' BUILD b'b'
}

/// The others, up to protocol 5.
const REFUSED: &[(u8, &str)] = &[
    (b'0', "POP"),
    (b'1', "POP_MARK"),
    (b'2', "DUP"),
    (b'B', "BINBYTES"),
    (b'C', "SHORT_BINBYTES"),
    (b'F', "FLOAT"),
    (b'G', "BINFLOAT"),
    (b'I', "INT"),
    (b'L', "LONG"),
    (b'P', "PERSID"),
    (b'Q', "BINPERSID"),
    (b'S', "STRING"),
    (b'V', "UNICODE"),
    (b'X', "BINUNICODE"),
    (b'd', "DICT"),
    (b'g', "GET"),
    (b'i', "INST"),
    (b'l', "LIST"),
    (b'o', "OBJ"),
    (b'p', "PUT"),
    (0x81, "NEWOBJ"),
    (0x82, "EXT1"),
    (0x83, "EXT2"),
    (0x84, "EXT4"),
    (0x8a, "LONG1"),
    (0x8b, "LONG4"),
    (0x8c, "SHORT_BINUNICODE"),
    (0x8d, "BINUNICODE8"),
    (0x8e, "BINBYTES8"),
    (0x8f, "EMPTY_SET"),
    (0x90, "ADDITEMS"),
    (0x91, "FROZENSET"),
    (0x92, "NEWOBJ_EX"),
    (0x93, "STACK_GLOBAL"),
    (0x94, "MEMOIZE"),
    (0x95, "FRAME"),
    (0x96, "BYTEARRAY8"),
    (0x97, "NEXT_BUFFER"),
    (0x98, "READONLY_BUFFER"),
];

/// An opcode that is not read, as messages call it.
pub fn told(byte: u8) -> String {
    match REFUSED.iter().find(|(refused, _)| *refused == byte) {
        Some((_, name)) => format!("opcode {name}"),
        None => format!("byte {byte:#04x}, which is no opcode"),
    }
}
