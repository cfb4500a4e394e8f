"""Runs exported models with the libraries of others: peers.py checker|opencv|onnxruntime|torchvision|torch FOLDER

Each case is NAME.txt with "N C H W CLASSES", NAME.f32 with the input, NAME.logits with what is expected, and NAME.json
with the network. "torchvision" loads NAME.pth into its network of that name, "torch" into one made by hand. Where the
library is not installed, it is named and the exit status is 77. ONNX Runtime is the one of npm: the folder with its
node_modules stands in RESIDUA_ORT.
"""

import glob
import json
import os
import shutil
import subprocess
import sys

RUN_ORT = """
const ort = require (process.argv[1] + '/node_modules/onnxruntime-node');
const fs = require ('fs');
(async () => {
  const name = process.argv[2];
  const dims = fs.readFileSync (name + '.txt', 'utf8').split (' ').map (Number).slice (0, 4);
  const bytes = fs.readFileSync (name + '.f32');
  const x = new Float32Array (bytes.buffer.slice (bytes.byteOffset, bytes.byteOffset + bytes.length));
  const session = await ort.InferenceSession.create (name + '.onnx');
  const out = (await session.run ({ input: new ort.Tensor ('float32', x, dims) })).logits.data;
  fs.writeFileSync (name + '.ort', Buffer.from (out.buffer, out.byteOffset, out.byteLength));
}) ().catch (e => { console.error (e); process.exit (1); });
"""


def read_case(name):
    n, c, h, w, classes = map(int, open(name + ".txt").read().split())
    x = np.fromfile(name + ".f32", np.float32).reshape(n, c, h, w)
    return x, np.fromfile(name + ".logits", np.float32).reshape(n, classes)


def compare(name, logits, expected):
    """Ends with a sentence where they differ by more than is allowed. Returns the difference."""
    allowed = 1e-4 * max(1.0, float(np.sqrt(np.mean(expected.astype(np.float64) ** 2))))
    difference = float(np.abs(logits.reshape(expected.shape) - expected).max())
    if not difference <= allowed:
        sys.exit(f"{name} differs by {difference}, {allowed} is allowed")
    return difference


def missing(what):
    print(f"needs {what}")
    sys.exit(77)


def run_checker(name):
    import onnx

    model = onnx.load(name + ".onnx")
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    assert len(inferred.graph.value_info) == len(model.graph.value_info), name
    return 0.0


def run_opencv(name):
    import cv2

    x, expected = read_case(name)
    net = cv2.dnn.readNetFromONNX(name + ".onnx")
    net.setInput(x)
    return compare(name, net.forward(), expected)


def run_onnxruntime(name):
    folder = os.environ.get("RESIDUA_ORT", "")
    if not os.path.isdir(os.path.join(folder, "node_modules", "onnxruntime-node")) or shutil.which("node") is None:
        missing("node and npm's onnxruntime-node")
    subprocess.run(["node", "-e", RUN_ORT, folder, name], check=True)
    return compare(name, np.fromfile(name + ".ort", np.float32), read_case(name)[1])


def read_safetensors(path):
    """As the format's page says: the length of a JSON header, the header, the numbers"""
    import torch

    types = {"F32": np.float32, "I64": np.int64}
    data = open(path, "rb").read()
    begin = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:begin])
    header.pop("__metadata__", None)
    state = {}
    for name, entry in header.items():
        first, end = (begin + at for at in entry["data_offsets"])
        state[name] = torch.from_numpy(np.frombuffer(data[first:end], types[entry["dtype"]]).reshape(entry["shape"]).copy())
    return state


def run_torchvision(name):
    import torch
    import torchvision

    x, expected = read_case(name)
    model = getattr(torchvision.models, os.path.basename(name))()
    state = torch.load(name + ".pth", weights_only=True)
    model.load_state_dict(state, strict=True)
    model.eval()
    assert int(state["bn1.num_batches_tracked"]) == 12
    other = read_safetensors(name + ".safetensors")
    model.load_state_dict(other, strict=True)
    assert all(torch.equal(state[key], other[key]) for key in other) and len(other) > len(state) * 4 // 5, name
    with torch.no_grad():
        return compare(name, model(torch.from_numpy(x)).numpy(), expected)


class Walk:
    """A network of NAME.json, computed by hand of what NAME.pth holds."""

    def __init__(self, spec, state):
        self.spec, self.state = spec, state

    def conv(self, x, name, norm, stride):
        from torch.nn import functional as F

        filters = self.state[name + ".weight"]
        x = F.conv2d(x, filters, None, stride, filters.shape[-1] // 2)
        of = [self.state[f"{norm}.{what}"] for what in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *of, False, 0.0, 1e-5)

    def shortcut(self, x, name, block):
        from torch.nn import functional as F

        if name + ".downsample.0.weight" in self.state:
            return self.conv(x, name + ".downsample.0", name + ".downsample.1", block["stride"])
        more = block["channels"] - x.shape[1]
        before = more // 2 if block["shortcut"] == "A-split" else 0
        stride = block["stride"]
        return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, more - before))

    def block(self, x, name, block):
        strides = [block["stride"], 1]
        if block["kind"].endswith("bottleneck"):
            strides = [block["stride"], 1, 1] if block.get("bottleneck_stride") == "1x1" else [1, block["stride"], 1]
        f = x
        for i, stride in enumerate(strides):
            f = self.conv(f, f"{name}.conv{i + 1}", f"{name}.bn{i + 1}", stride)
            if i < len(strides) - 1:
                f = f.relu()
        return (f if block["kind"].startswith("plain") else f + self.shortcut(x, name, block)).relu()

    def __call__(self, x):
        from torch.nn import functional as F

        pooled = self.spec["stem"]["kind"] == "7x7-pool"
        x = self.conv(x, "conv1", "bn1", 2 if pooled else 1).relu()
        if pooled:
            x = F.max_pool2d(x, 3, 2, 1)
        layer, at = 0, 0
        for block in self.spec["blocks"]:
            # a layer begins where the shape changes
            begins = layer == 0 or block["stride"] == 2 or block["channels"] != x.shape[1]
            layer, at = (layer + 1, 0) if begins else (layer, at + 1)
            x = self.block(x, f"layer{layer}.{at}", block)
        return F.linear(x.mean([2, 3]), self.state["fc.weight"], self.state["fc.bias"])


def run_torch(name):
    import torch

    x, expected = read_case(name)
    state = torch.load(name + ".pth", weights_only=True)
    with open(name + ".json") as file:
        network = Walk(json.load(file), state)
    with torch.no_grad():
        return compare(name, network(torch.from_numpy(x)).numpy(), expected)


try:
    import numpy as np

    peer, folder = sys.argv[1:]
    run = {
        "checker": run_checker,
        "opencv": run_opencv,
        "onnxruntime": run_onnxruntime,
        "torchvision": run_torchvision,
        "torch": run_torch,
    }[peer]
    cases = sorted(path[:-4] for path in glob.glob(os.path.join(folder, "*.txt")))
    largest = max(run(name) for name in cases)
    print(f"{peer}: {len(cases)} models, largest difference {largest:.2g}")
except ModuleNotFoundError as error:
    missing(f"Python's {error.name}")
