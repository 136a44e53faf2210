"""python predict.py IMAGES.npy: the class number of each image, a line each."""
import sys

from net import Net

if len(sys.argv) < 2:
    sys.exit("usage: python predict.py IMAGES (.npy or IDX)")
net = Net()
for path in sys.argv[1:]:
    for label in net.classes(net.images_of(path)):
        print(label)
