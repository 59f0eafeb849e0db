"""The bytes of small files, honest or not: zip archives written by hand, HDF5, npy, safetensors, ONNX, gzip."""

import gzip
import io
import json
import struct
import zlib

import h5py
import numpy as np


class entry:
    """A member of an archive, and what the archive says of it."""

    def __init__(self, name, data, deflate=False, says=None, zip64=None, flags=0, method=None, crc=None, offset=None, mode=None):
        self.name, self.plain = name.encode(), data
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.data = packer.compress(data) + packer.flush() if deflate else data
        self.method = method if method is not None else 8 if deflate else 0
        self.size = len(data) if says is None else says
        self.crc = zlib.crc32(data) if crc is None else crc
        self.zip64, self.flags, self.offset, self.mode = zip64, flags, offset, mode

    def fields(self):
        packed = len(self.data) if self.size == len(self.plain) or self.method else self.size
        if self.zip64 is not None:
            extra = struct.pack("<HHQQ", 1, 16, self.zip64, self.zip64)
            return 2**32 - 1, 2**32 - 1, extra
        return packed, self.size, b""


def zip_file(members, *entries, count=None):
    """An archive of `members` (name: bytes, stored) and entries."""
    all_of_them = [entry(n, d) for n, d in members.items()] + list(entries)
    out, directory = b"", b""
    for e in all_of_them:
        at = len(out) if e.offset is None else e.offset
        packed, size, extra = e.fields()
        common = struct.pack("<HHHHHIIIHH", 45, e.flags, e.method, 0, 33, e.crc, packed, size, len(e.name), len(extra))
        out += b"PK\x03\x04" + common + e.name + extra + e.data
        made_by, outside = (3 << 8 | 45, e.mode << 16) if e.mode else (45, 0)
        directory += b"PK\x01\x02" + struct.pack("<H", made_by) + common + struct.pack("<HHHII", 0, 0, 0, outside, at) + e.name + extra
    n = len(all_of_them) if count is None else count
    return out + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, n, n, len(directory), len(out), 0)


def stored(*layers, shape=(3,), compile_config=None, functional=None, kernel=False):
    """Members of a `.keras` file: a Sequential model of these layers after an input, or a Functional one."""
    first = {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
             "config": {"name": "input_layer", "batch_shape": [None, *shape], "dtype": "float32"}}  # fmt: skip
    config = functional or {"name": "model", "trainable": True, "layers": [first, *layers]}
    kind = ("keras.src.models.functional", "Functional") if functional else ("keras", "Sequential")
    model = {"module": kind[0], "class_name": kind[1], "config": config, "registered_name": "Functional" if functional else None}
    if compile_config:
        model["compile_config"] = compile_config
    weights = h5(weights="plain") if kernel else h5(weights="none")
    return [
        ("metadata.json", b'{"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}'),
        ("config.json", json.dumps(model).encode()),
        ("model.weights.h5", weights),
    ]


def keras(*layers, **more):
    return zip_file({}, *[entry(n, d, deflate=True) for n, d in stored(*layers, **more)])


def h5(config="absent", names=("dense",), weights=None):
    """A whole model's file with this list of layers, or a file of weights of a kind (see `WEIGHTS`)."""
    made = io.BytesIO()
    with h5py.File(made, "w") as f:
        if weights:
            if weights != "none":
                group = f.create_group("layers/dense/vars")
                group.attrs["name"] = "dense"
                WEIGHTS[weights](f, group)
            return _closed(f, made)
        if config is not None:
            model = {"class_name": "Sequential", "config": {"name": "model", "layers": _with_input(config)}}
            f.attrs["model_config"] = config if isinstance(config, int) else json.dumps(model)
        f.attrs["keras_version"] = "2.15.0"
        group = f.create_group("model_weights")
        if names is not None:
            group.attrs["layer_names"] = list(names)
        dense = group.create_group("dense")
        dense.attrs["weight_names"] = ["dense/kernel:0", "dense/bias:0"]
        dense.create_dataset("dense/kernel:0", data=np.zeros((3, 2), np.float32))
        dense.create_dataset("dense/bias:0", data=np.zeros(2, np.float32))
        return _closed(f, made)


def _closed(f, made):
    f.close()
    return made.getvalue()


def _with_input(layers):
    if not isinstance(layers, list):
        return []
    old = [{k: v for k, v in l.items() if k in ("class_name", "config")} for l in layers]
    return [{"class_name": "InputLayer", "config": {"name": "input_1", "batch_input_shape": [None, 3], "dtype": "float32"}}, *old]


def bias(group):
    group.create_dataset("1", data=np.zeros(2, np.float32))


def plain(f, group):
    group.create_dataset("0", data=np.zeros((3, 2), np.float32))
    bias(group)


def shape_bomb(f, group):
    group.create_dataset("0", shape=(2**20, 2**20), dtype="f4", chunks=(1024, 1024), compression="gzip")
    bias(group)


def chunk_bomb(f, group):
    group.create_dataset("0", shape=(3, 2**28), maxshape=(None, None), dtype="f4", chunks=(2, 2**28 - 1), compression="gzip")
    bias(group)


def external_link(f, group):
    group["0"] = h5py.ExternalLink("/etc/passwd", "/x")
    bias(group)


def soft_link(f, group):
    f.create_dataset("elsewhere", data=np.zeros((3, 2), np.float32))
    group["0"] = h5py.SoftLink("/elsewhere")
    bias(group)


def external_data(f, group):
    group.create_dataset("0", shape=(3, 2), dtype="f4", external=[("/etc/passwd", 0, 24)])
    bias(group)


def virtual_data(f, group):
    layout = h5py.VirtualLayout(shape=(3, 2), dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(3, 2))
    group.create_virtual_dataset("0", layout)
    bias(group)


def circle(f, group):
    group["0"] = f["layers"]
    f["layers/dense/layers"] = f["layers"]


def deep(f, group):
    inner = group
    for _ in range(300):
        inner = inner.create_group("g")


def packed_by_nobody(f, group):
    # A filter of h5py's own, which HDF5 does not have.
    group.create_dataset("0", data=np.zeros((3, 2), np.float32), chunks=(3, 2), compression="lzf")
    bias(group)


def strings(f, group):
    group.create_dataset("0", data=np.array([[b"a", b"b"]] * 3, dtype="S1"))
    bias(group)


def compound(f, group):
    group.create_dataset("0", data=np.zeros((3, 2), dtype=[("a", "f4"), ("b", "i4")]))
    bias(group)


def negative_index(f, group):
    for name in ("-1", "00", "1e0"):
        group.create_dataset(name, data=np.zeros((3, 2), np.float32))


WEIGHTS = {
    "plain": plain, "shape_bomb": shape_bomb, "chunk_bomb": chunk_bomb, "external_link": external_link,
    "soft_link": soft_link, "external_data": external_data, "virtual_data": virtual_data, "circle": circle, "deep": deep,
    "filter": packed_by_nobody, "strings": strings, "compound": compound, "negative_index": negative_index,
}  # fmt: skip


def npy(header):
    text = header.encode()
    text += b" " * (63 - (10 + len(text)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def safetensors(tensors, data):
    header = json.dumps(tensors).encode()
    return struct.pack("<Q", len(header)) + header + data


def gz(data):
    return gzip.compress(data, 9, mtime=0)


def field(number, data):
    """A field of bytes in a message of protobuf."""
    length, size = len(data), b""
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + data


def onnx_model(kind):
    """A model y = x · w of one product, with one thing wrong."""
    if kind == "length":
        return b"\x3a" + b"\xff\xff\xff\xff\x0f" + b"x"
    if kind == "groups":
        return b"\x0b" * 5_000
    if kind == "varint":
        return b"\x08" + b"\xff" * 20
    if kind == "deep":
        data = b""
        for _ in range(300):
            # Graph.node[0].attribute[0].g
            data = field(1, field(4, b"If") + field(5, field(1, b"then_branch") + field(6, data) + b"\xa0\x01\x05"))
        return b"\x08\x09" + field(7, data) + field(8, b"\x10\x11")
    from onnx import TensorProto, helper

    w = helper.make_tensor("w", TensorProto.FLOAT, [3, 2], np.zeros(24, np.uint8).tobytes(), raw=True)
    if kind == "dims_huge":
        del w.dims[:]
        w.dims.extend([2**60, 2**60])
    if kind == "dims_negative":
        del w.dims[:]
        w.dims.extend([-3, -2])
    if kind == "short":
        w.raw_data = w.raw_data[:7]
    if kind == "external":
        w.ClearField("raw_data")
        w.data_location = TensorProto.EXTERNAL
        for key, value in [("location", "/etc/passwd"), ("offset", "0"), ("length", "24")]:
            w.external_data.add(key=key, value=value)
    node = helper.make_node("MatMul", ["x", "w"], ["y"], domain="my.domain" if kind == "custom" else None)
    nodes = [node]
    if kind == "cycle":
        nodes = [helper.make_node("Relu", ["b"], ["a"]), helper.make_node("Relu", ["a"], ["b"]), helper.make_node("Relu", ["b"], ["y"])]
    if kind == "missing":
        nodes = [helper.make_node("MatMul", ["x", "nobody"], ["y"])]
    if kind == "twice":
        nodes = [node, helper.make_node("Relu", ["x"], ["y"])]
    info = lambda n, shape: helper.make_tensor_value_info(n, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "g", [info("x", ["batch", 3])], [info("y", ["batch", 2])], [w])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
