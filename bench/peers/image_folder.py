"""Decodes a folder of class folders with N processes: torchvision's ImageFolder, or what it does where that is not installed.

    python image_folder.py FOLDER PROCESSES
"""
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

folder, processes = sys.argv[1], int(sys.argv[2])


def load(paths):
    """As torchvision's pil_loader and ToTensor: RGB, as an array of floats."""
    from PIL import Image

    total = 0
    for path in paths:
        with open(path, "rb") as file:
            image = np.asarray(Image.open(file).convert("RGB"), dtype=np.float32) / 255
        total += image.shape[0]
    return total


def main():
    try:
        from torch.utils.data import DataLoader
        from torchvision import datasets, transforms

        found = datasets.ImageFolder(folder, transforms.ToTensor())
        for _ in DataLoader(found, batch_size=256, num_workers=processes):
            pass
        print(f"torchvision, {processes} workers")
    except ImportError:
        paths = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
        batches = [paths[i : i + 256] for i in range(0, len(paths), 256)]
        with ProcessPoolExecutor(processes) as pool:
            sum(pool.map(load, batches))
        print(f"Pillow alone (no torchvision here), {processes} processes; arrays stay where they were made")


if __name__ == "__main__":
    main()
