"""Runs exported models with the libraries of others: peers.py onnx|torch FOLDER

Each case is NAME.txt with "N C H W CLASSES", NAME.f32 with the input, NAME.logits with what is expected. Missing
libraries are named and left out; without any the exit status is 77. ONNX Runtime is the one of npm: the folder
with its node_modules stands in RESIDUA_ORT.
"""

import glob
import json
import os
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("python3-numpy is not installed")
    sys.exit(77)

RUN_ORT = """
const ort = require (process.argv[1] + '/node_modules/onnxruntime-node');
const fs = require ('fs');
(async () => {
  for (const name of JSON.parse (process.argv[2])) {
    const dims = fs.readFileSync (name + '.txt', 'utf8').split (' ').map (Number).slice (0, 4);
    const bytes = fs.readFileSync (name + '.f32');
    const x = new Float32Array (bytes.buffer.slice (bytes.byteOffset, bytes.byteOffset + bytes.length));
    const session = await ort.InferenceSession.create (name + '.onnx');
    const out = (await session.run ({ input: new ort.Tensor ('float32', x, dims) })).logits.data;
    fs.writeFileSync (name + '.ort', Buffer.from (out.buffer, out.byteOffset, out.byteLength));
  }
}) ().catch (e => { console.error (e); process.exit (1); });
"""


def read_case(name):
    n, c, h, w, classes = map(int, open(name + ".txt").read().split())
    x = np.fromfile(name + ".f32", np.float32).reshape(n, c, h, w)
    return x, np.fromfile(name + ".logits", np.float32).reshape(n, classes)


worst = {}


def compare(peer, name, logits, expected):
    allowed = 1e-4 * max(1.0, float(np.sqrt(np.mean(expected.astype(np.float64) ** 2))))
    difference = float(np.abs(logits.reshape(expected.shape) - expected).max())
    worst[peer] = max(worst.get(peer, 0.0), difference)
    if not difference <= allowed:
        sys.exit(f"{peer}: {name} differs by {difference}, {allowed} is allowed")


def check_onnx(names):
    try:
        import onnx
    except ImportError:
        print("python3-onnx is not installed")
        return
    try:
        for name in names:
            model = onnx.load(name + ".onnx")
            onnx.checker.check_model(model, full_check=True)
            inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
            assert len(inferred.graph.value_info) == len(model.graph.value_info), name
        worst["onnx.checker"] = 0.0
        import cv2

        for name in names:
            x, expected = read_case(name)
            net = cv2.dnn.readNetFromONNX(name + ".onnx")
            net.setInput(x)
            compare("OpenCV", name, net.forward(), expected)
    except ImportError:
        print("python3-opencv is not installed")
    folder = os.environ.get("RESIDUA_ORT")
    if folder is None:
        print("RESIDUA_ORT names no ONNX Runtime")
        return
    subprocess.run(["node", "-e", RUN_ORT, folder, json.dumps(names)], check=True)
    for name in names:
        _, expected = read_case(name)
        compare("ONNX Runtime", name, np.fromfile(name + ".ort", np.float32), expected)


def check_torch(names):
    try:
        import torch
        import torchvision
    except ImportError:
        print("python3-torch or python3-torchvision is not installed")
        return
    for name in names:
        x, expected = read_case(name)
        model = getattr(torchvision.models, os.path.basename(name))()
        state = torch.load(name + ".pth", weights_only=True)
        model.load_state_dict(state, strict=True)
        model.eval()
        assert int(state["bn1.num_batches_tracked"]) == 12
        with torch.no_grad():
            compare("PyTorch", name, model(torch.from_numpy(x)).numpy(), expected)


names = sorted(path[:-4] for path in glob.glob(os.path.join(sys.argv[2], "*.txt")))
(check_onnx if sys.argv[1] == "onnx" else check_torch)(names)
for peer, difference in worst.items():
    print(f"{peer}: {len(names)} models, largest difference {difference:.2g}")
sys.exit(0 if worst else 77)
