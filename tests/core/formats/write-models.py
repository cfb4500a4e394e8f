#!/usr/bin/python3
"""Writes random networks of torchvision in every form that is read, and what PyTorch makes of one picture.

write-models.py FOLDER; "logits NAME" and "picture" are little-endian float32.
"""

import collections
import sys

try:
    import torch
    import torchvision
except ImportError as missing:
    print(missing)
    sys.exit(77)

FOLDER = sys.argv[1] + "/"
SIDE = 64
torch.manual_seed(1)
torch.set_num_threads(1)


def randomise(network):
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.weight.data.uniform_(0.3, 0.8)
            layer.bias.data.normal_(0, 0.1)
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
    return network.eval()


def as_floats(tensor):
    return tensor.detach().contiguous().numpy().astype("<f4").tobytes()


def write(name, data):
    with open(FOLDER + name, "wb") as file:
        file.write(data)


def convert(state, change):
    return collections.OrderedDict((k, change(v) if v.is_floating_point() else v) for k, v in state.items())


picture = torch.randn(1, 3, SIDE, SIDE)
write("picture", as_floats(picture))

network = randomise(torchvision.models.resnet18(num_classes=10))
state = collections.OrderedDict((k, v.clone()) for k, v in network.state_dict().items())
write("logits", as_floats(network(picture)))
torch.save(state, FOLDER + "zip.pth")
torch.save(state, FOLDER + "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(state, FOLDER + "protocol4.pth", pickle_protocol=4)

optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
checkpoint = {
    "epoch": 3,
    "best_acc1": torch.tensor(71.5),
    "arch": "resnet18",
    "state_dict": collections.OrderedDict(("module." + k, v) for k, v in state.items()),
    "optimizer": optimizer.state_dict(),
}
torch.save(checkpoint, FOLDER + "checkpoint.pth.tar")
torch.save({"model": {"backbone." + k: v for k, v in state.items()}}, FOLDER + "nested.pt",
           _use_new_zipfile_serialization=False)

odd = collections.OrderedDict(state)
filters = state["layer1.0.conv1.weight"]
odd["layer1.0.conv1.weight"] = filters.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0)
both = torch.cat([state["bn1.weight"], state["bn1.bias"]])
odd["bn1.weight"], odd["bn1.bias"] = both[:64], both[64:]
torch.save(odd, FOLDER + "strided.pth")
torch.save(odd, FOLDER + "strided-legacy.pth", _use_new_zipfile_serialization=False)

# The numbers that came through the narrow type are the reference.
for name, narrow in (("f16", torch.float16), ("bf16", torch.bfloat16), ("f64", torch.float64)):
    narrowed = convert(state, lambda v: v.to(narrow))
    torch.save(narrowed, FOLDER + name + ".pth")
    network.load_state_dict(convert(narrowed, lambda v: v.float()))
    write("logits-" + name, as_floats(network(picture)))
network.load_state_dict(state)

torch.onnx.export(network, picture, FOLDER + "folded.onnx", opset_version=13, input_names=["input"],
                  dynamic_axes={"input": {0: "n"}})
torch.onnx.export(network, picture, FOLDER + "whole.onnx", opset_version=9, do_constant_folding=False,
                  training=torch.onnx.TrainingMode.PRESERVE)

deep = randomise(torchvision.models.resnet50(num_classes=10))
write("logits-resnet50", as_floats(deep(picture)))
torch.save(deep.state_dict(), FOLDER + "resnet50.pth")
torch.onnx.export(deep, picture, FOLDER + "resnet50.onnx", opset_version=13)

# What is refused
torch.save(network, FOLDER + "object.pth")
torch.onnx.export(torchvision.models.squeezenet1_0().eval(), picture, FOLDER + "squeezenet.onnx")
