#!/usr/bin/python3
"""What torchvision's ResNet-50 makes of one picture, weights and picture being numbers of a formula: resnet50.py >resnet50.txt

tests/core/formats/test-golden.c has the same formula, so that neither PyTorch nor a file of 100 MB is needed to compare.
"""

import zlib

import numpy as np
import torch
import torchvision

SIDE = 64


def numbers(name, shape):
    """In [-1, 1), of whole numbers of 32 bits"""
    i = np.arange(int(np.prod(shape)), dtype=np.uint32)
    h = (i + np.uint32(1)) * np.uint32(2654435761) ^ np.uint32(zlib.crc32(name.encode()))
    h ^= h >> np.uint32(15)
    h *= np.uint32(2246822519)
    h ^= h >> np.uint32(13)
    return ((h >> np.uint32(8)).astype(np.float32) / np.float32(8388608) - np.float32(1)).reshape(shape)


network = torchvision.models.resnet50(num_classes=10).eval()
state = network.state_dict()
for name, tensor in state.items():
    if name.endswith("num_batches_tracked"):
        continue
    u = numbers(name, tuple(tensor.shape))
    if tensor.dim() > 1:
        u *= np.float32((3.0 / tensor[0].numel()) ** 0.5)
    elif name.endswith(("bias", "running_mean")):
        u *= np.float32(0.25)
    else:
        u = u * np.float32(0.5) + np.float32(1)
    tensor.copy_(torch.from_numpy(u))
with torch.no_grad():
    logits = network(torch.from_numpy(numbers("picture", (1, 3, SIDE, SIDE))))
for logit in logits[0]:
    print(f"{float(logit):.9g}")
