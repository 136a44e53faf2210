"""Makes losses.json: what PyTorch says of smoothed targets and class weights, in double.

    python3 test/golden/make_losses.py        needs what make.py needs

`rows` holds minibatches of logits with their loss and its gradient; `steps` a net of one layer, from zeros, through two
epochs with a last minibatch of its own weight. Smoothing alone and weights alone are CrossEntropyLoss's own arguments.
Where both are given Heddle weighs the sample's smoothed loss, as for every other loss; PyTorch would weigh each class's
part of the target. And PyTorch has no squared error on a softmax: that one is written out, and Huber's is its own on the softmax.
"""

import torch
from torch import nn

from make import CLASSES, DOUBLE, dense, formula, standardized, write


def cross_entropy(z, t, smoothing, weights):
    if weights is None or smoothing == 0:
        return nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)(z, t)
    losses = nn.functional.cross_entropy(z, t, reduction="none", label_smoothing=smoothing)
    return (weights[t] * losses).sum() / weights[t].sum()


def squared_error(z, t, smoothing, weights):
    classes = z.shape[1]
    target = (1 - smoothing) * nn.functional.one_hot(t, classes).to(z) + smoothing / classes
    losses = 0.5 * (z.softmax(1) - target).square().sum(1)
    share = torch.ones_like(losses) if weights is None else weights[t]
    return (share * losses).sum() / share.sum()


def huber(z, t, smoothing, weights):
    classes = z.shape[1]
    target = (1 - smoothing) * nn.functional.one_hot(t, classes).to(z) + smoothing / classes
    losses = nn.functional.huber_loss(z.softmax(1), target, reduction="none", delta=0.5).sum(1)
    share = torch.ones_like(losses) if weights is None else weights[t]
    return (share * losses).sum() / share.sum()


LOSSES = {"cross-entropy": cross_entropy, "squared-error": squared_error, "huber": huber}
SETTINGS = [(0.1, False), (0.0, True), (0.3, True)]


def weights_of(classes):
    return torch.tensor([0.25 + (7 * k % 5) for k in range(classes)], dtype=DOUBLE)


def settings():
    for loss in LOSSES:
        for smoothing, weighted in SETTINGS:
            yield loss, smoothing, weighted


def rows():
    torch.manual_seed(11)
    for classes in [2, 8, 19]:
        logits, labels = 4 * torch.randn(5, classes, dtype=DOUBLE), torch.randint(classes, (5,))
        for loss, smoothing, weighted in settings():
            weights = weights_of(classes) if weighted else None
            z = logits.clone().requires_grad_()
            value = LOSSES[loss](z, labels, smoothing, weights)
            value.backward()
            yield {
                "name": f"{loss} of {classes} classes, smoothing {smoothing}{', weighted' if weighted else ''}",
                "loss": loss,
                "smoothing": smoothing,
                "weights": weights.tolist() if weighted else None,
                "logits": logits.tolist(),
                "labels": labels.tolist(),
                "value": value.item(),
                "gradient": z.grad.tolist(),
            }


SHAPE = {"height": 4, "width": 3, "channels": 1}


def steps():
    samples, batch_size, lr = 75, 32, 0.5
    images, labels = formula(samples, SHAPE, 255)
    x = standardized(images, [1 / 255], [0.0], DOUBLE)
    for loss, smoothing, weighted in settings():
        weights = weights_of(CLASSES) if weighted else None
        net = nn.Linear(12, CLASSES, dtype=DOUBLE)
        nn.init.zeros_(net.weight)
        nn.init.zeros_(net.bias)
        optimizer = torch.optim.SGD(net.parameters(), lr)
        losses = []
        for begin in [*range(0, samples, batch_size)] * 2:
            batch = slice(begin, begin + batch_size)
            value = LOSSES[loss](net(x[batch].flatten(1)), labels[batch], smoothing, weights)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            losses.append(value.item())
        yield {
            "name": f"{loss}, smoothing {smoothing}{', weighted' if weighted else ''}",
            "net": {"input": SHAPE, "classes": CLASSES, "layers": [dense(CLASSES)]},
            "loss": loss,
            "smoothing": smoothing,
            "weights": weights.tolist() if weighted else None,
            "samples": samples,
            "batchSize": batch_size,
            "lr": lr,
            "losses": losses,
            "bias": net.bias.tolist(),
            "weight": net.weight.flatten().tolist(),
        }


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write("losses.json", {"rows": list(rows()), "steps": list(steps())})
