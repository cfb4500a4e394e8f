#!/usr/bin/python3
"""Writes residual networks as ONNX graphs in the ways in which exporters write them: write-graphs.py FOLDER

"logits NAME" is what PyTorch makes of "picture", little-endian float32. "good" and "bad" list the graphs that are residual
networks and those that are none: the name, and of a bad one after a space the node that does not fit.
"""

import sys

try:
    import onnx
    import torch
    from onnx import helper, numpy_helper
    from torch import nn
    from torch.nn import functional as F
except ImportError as missing:
    print(missing)
    sys.exit(77)

FOLDER = sys.argv[1] + "/"
SIDE = 64
torch.manual_seed(2)
torch.set_num_threads(1)
picture = torch.randn(1, 3, SIDE, SIDE)
good, bad = [], []


def write(name, data):
    with open(FOLDER + name, "wb") as file:
        file.write(data)


def pad_channels(x, before, after):
    return F.pad(x, (0, 0, 0, 0, before, after), "constant", 0)


write("picture", picture.numpy().astype("<f4").tobytes())

SHORTCUTS = {
    "split": lambda x, more: pad_channels(x[:, :, ::2, ::2], more // 2, more - more // 2),
    "end": lambda x, more: pad_channels(x[:, :, ::2, ::2], 0, more),
    "padfirst": lambda x, more: pad_channels(x, more // 2, more - more // 2)[..., ::2, ::2],
    "avgpool": lambda x, more: pad_channels(F.avg_pool2d(x, 1, 2), 0, more),
    "maxpool": lambda x, more: pad_channels(F.max_pool2d(x, 1, 2), 0, more),
    # none of ours
    "begin": lambda x, more: pad_channels(x[:, :, ::2, ::2], more, 0),
    "odd": lambda x, more: pad_channels(x[:, :, 1::2, 1::2], 0, more),
    "mean2x2": lambda x, more: pad_channels(F.avg_pool2d(x, 2), 0, more),
    "ones": lambda x, more: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, more), "constant", 1),
}

HEADS = {
    "avgpool": lambda x: F.avg_pool2d(x, 16).view(x.size(0), -1),
    "global": lambda x: torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1),
    "mean": lambda x: x.mean([2, 3]),
    "keepdim": lambda x: x.mean([2, 3], keepdim=True).flatten(1),
    "twice": lambda x: x.mean(3).mean(2),
    "squeeze": lambda x: F.adaptive_avg_pool2d(x, 1).squeeze(3).squeeze(2),
    "view": lambda x: x.view(x.size(0), x.size(1), -1).mean(2),
    "dropout": lambda x: F.dropout(x.mean([2, 3]), 0.5, training=True),
    # none of ours
    "quarter": lambda x: F.avg_pool2d(x, 8)[:, :, 0, 0],
}


class Block(nn.Module):
    def __init__(self, inside, out, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.more, self.stride, self.shortcut = out - inside, stride, SHORTCUTS[shortcut]

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.stride == 1 else self.shortcut(x, self.more)))


class Network(nn.Module):
    def __init__(self, shortcut, head):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.layers = nn.Sequential(Block(4, 4, 1, shortcut), Block(4, 8, 2, shortcut), Block(8, 16, 2, shortcut))
        self.head = HEADS[head]
        self.linear = nn.Linear(16, 10)
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight.data.uniform_(0.5, 1.5)
                layer.bias.data.normal_(0, 0.2)
                layer.running_mean.normal_(0, 0.2)
                layer.running_var.uniform_(0.5, 1.5)
        self.eval()

    def forward(self, x):
        return self.linear(self.head(self.layers(F.relu(self.bn1(self.conv1(x))))))


def export(name, shortcut, head, **options):
    network = Network(shortcut, head)
    torch.onnx.export(network, picture, FOLDER + name + ".onnx", input_names=["input"], **options)
    if head == "dropout":
        network.head = HEADS["mean"]
    write("logits-" + name, network(picture).detach().numpy().astype("<f4").tobytes())
    return onnx.load(FOLDER + name + ".onnx")


def as_numbers(tensor):
    """The same constant with its numbers one by one, as helper.make_tensor() writes them."""
    values = numpy_helper.to_array(tensor)
    return helper.make_tensor(tensor.name, tensor.data_type, values.shape, values.flatten().tolist())


def rewrite(name, source, change):
    model = onnx.load(FOLDER + source + ".onnx")
    change(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, FOLDER + name + ".onnx")
    with open(FOLDER + "logits-" + source, "rb") as file:
        write("logits-" + name, file.read())
    good.append(name)


def use_numbers(graph):
    constants = [as_numbers(tensor) for tensor in graph.initializer]
    del graph.initializer[:]
    graph.initializer.extend(constants)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                attribute.t.CopyFrom(as_numbers(attribute.t))


def list_constants(graph):
    """As before IR version 4: constants stand among the inputs too."""
    for tensor in graph.initializer:
        graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))


def put_identities(graph):
    nodes = list(graph.node)
    del graph.node[:]
    for node in nodes:
        if node.op_type == "Conv":
            for i in range(len(node.input)):
                between = f"{node.output[0]}.{i}"
                graph.node.append(helper.make_node("Identity", [node.input[i]], [between]))
                node.input[i] = between
        graph.node.append(node)


def use_matmul(graph):
    gemm = next(node for node in graph.node if node.op_type == "Gemm")
    weight = next(tensor for tensor in graph.initializer if tensor.name == gemm.input[1])
    turned = numpy_helper.from_array(numpy_helper.to_array(weight).T.copy(), weight.name)
    weight.CopyFrom(turned)
    at = list(graph.node).index(gemm)
    product = helper.make_node("MatMul", list(gemm.input[:2]), ["product"])
    total = helper.make_node("Add", [gemm.input[2], "product"], list(gemm.output))
    graph.node.remove(gemm)
    graph.node.insert(at, product)
    graph.node.insert(at + 1, total)


for opset in (10, 11, 13, 17):
    for i, head in enumerate(("avgpool", "global", "mean", "keepdim", "twice", "squeeze", "view")):
        shortcut = ("split", "end", "padfirst", "avgpool", "maxpool")[i % 5]
        dynamic = {"input": {0: "n"}} if (opset + i) % 2 else None
        export(f"{head}-{opset}", shortcut, head, opset_version=opset, dynamic_axes=dynamic)
        good.append(f"{head}-{opset}")
preserved = {"do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
for opset in (9, 13, 17):
    # opset 9 knows no steps
    shortcut = "maxpool" if opset == 9 else "split"
    export(f"unfolded-{opset}", shortcut, "mean", opset_version=opset, **preserved)
    export(f"dropout-{opset}", shortcut, "dropout", opset_version=opset, **preserved)
    good.extend([f"unfolded-{opset}", f"dropout-{opset}"])
rewrite("numbers", "mean-13", use_numbers)
rewrite("numbers-unfolded", "unfolded-13", use_numbers)
rewrite("inputs", "view-11", list_constants)
rewrite("identities", "unfolded-17", put_identities)
rewrite("matmul", "mean-17", use_matmul)
rewrite("listed-numbers", "numbers", list_constants)

for shortcut, head, at in (
    ("begin", "mean", "/layers/layers.1/Add"),
    ("odd", "mean", "/layers/layers.1/Slice"),
    ("mean2x2", "mean", "/layers/layers.1/AveragePool"),
    ("ones", "mean", "/layers/layers.1/Pad"),
    ("end", "quarter", "/AveragePool"),
):
    name = f"bad-{shortcut}-{head}"
    export(name, shortcut, head, opset_version=13)
    bad.append(f"{name} {at}")

write("good", "\n".join(good).encode())
write("bad", "\n".join(bad).encode())
