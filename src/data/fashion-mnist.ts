/** Fashion-MNIST: 70,000 pictures of clothes (Zalando Research), in the four files as published. */
import { idxSet } from "./idx-set.js";

export const fashionMnist = idxSet({
  name: "fashion-mnist",
  summary: "60,000 + 10,000 pictures of clothes in 10 classes, 28x28 grey (four IDX files)",
  defaults: { model: "cs596-1conv", epochs: 10 },
  shape: { height: 28, width: 28, channels: 1 },
  classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  published: {
    files: [
      {
        name: "train-images-idx3-ubyte.gz",
        bytes: 26421880,
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        unpacked: { bytes: 47040016, sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888" },
      },
      {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 29515,
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        unpacked: { bytes: 60008, sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9" },
      },
      {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 4422102,
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        unpacked: { bytes: 7840016, sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b" },
      },
      {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 5148,
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        unpacked: { bytes: 10008, sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34" },
      },
    ],
    mirrors: [
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion",
    ],
    content: "blake3:7525658cb50d03b016f63c53f4d3fe024b411e131f4ad33653f0934d9e7d5b4e",
    counts: { train: new Array<number>(10).fill(6000), test: new Array<number>(10).fill(1000) },
  },
});
