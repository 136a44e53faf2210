"""Heddle's sentences of optimizers and groups as optimizers of PyTorch, for make_hundred.py: PyTorch's own where it has the form,
else the formula, in the numbers' own precision."""

import math
import re

import torch
from torch import optim

SHORT = {"weight-decay": "decay", "epsilon-place": "place"}
LAST = "last"


class Formula(optim.Optimizer):
    """`update(w, g, state, t, group)` moves w in place; state is a dictionary of the tensor's own."""

    def __init__(self, params, update, **options):
        super().__init__(params, options)
        self.update = update

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                state = self.state[w]
                state["t"] = state.get("t", 0) + 1
                self.update(w, w.grad.clone(), state, state["t"], group)


def kept(state, name, w):
    return state.setdefault(name, torch.zeros_like(w))


def divided(x, r, place, eps):
    if place == "inside":
        return x / (r + eps).sqrt()
    root = eps * r.sqrt() if place == "as-slide" else r.sqrt() + eps
    return torch.where(root == 0, torch.zeros_like(x), x / root)


def adam(decoupled):
    def update(w, g, state, t, group):
        beta1, beta2 = group["betas"]
        if decoupled:
            w.mul_(1 - group["lr"] * group["decay"])
        else:
            g += group["decay"] * w
        m, v = kept(state, "m", w), kept(state, "v", w)
        m.mul_(beta1).add_(g, alpha=1 - beta1)
        v.mul_(beta2).add_(g * g, alpha=1 - beta2)
        w -= group["lr"] * divided(m / (1 - beta1**t), v / (1 - beta2**t), group["place"], group["eps"])

    return update


def adagrad(w, g, state, _, group):
    g += group["decay"] * w
    r = kept(state, "r", w)
    r += g * g
    w -= group["lr"] * divided(g, r, group["place"], group["eps"])


def rmsprop(w, g, state, _, group):
    g += group["decay"] * w
    r, mean, buffer, rho = kept(state, "r", w), kept(state, "mean", w), kept(state, "buffer", w), group["rho"]
    r.mul_(rho).add_(g * g, alpha=1 - rho)
    mean.mul_(rho).add_(g, alpha=1 - rho)
    variance = (r - mean * mean).clamp(min=0) if group["centered"] else r
    buffer.mul_(group["momentum"]).add_(divided(g, variance, group["place"], group["eps"]))
    w -= group["lr"] * buffer


def decoupled_momentum(w, g, state, _, group):
    buffer = kept(state, "buffer", w)
    buffer.mul_(group["momentum"]).add_(g)
    w.mul_(1 - group["lr"] * group["decay"]).sub_(group["lr"] * buffer)


def orthogonal(u):
    """Jordan et al. 2024, five iterations, on the shorter side."""
    x = u / max(u.norm().item(), 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if tall else x


def muon(w, g, state, _, group):
    buffer = kept(state, "buffer", w)
    buffer.mul_(group["momentum"]).add_(g)
    u = g + group["momentum"] * buffer if group["nesterov"] else buffer
    x = orthogonal(u.flatten(1))
    scale = math.sqrt(max(1, x.shape[0] / x.shape[1]))
    w.mul_(1 - group["lr"] * group["decay"]).sub_((group["lr"] * scale * x).reshape(w.shape))


def options_of(sentence):
    name, *words = sentence.split(" ")
    told = {}
    for word in words:
        key, _, value = word.partition("=")
        parts = [{"": True, "true": True, "false": False}.get(part, part) for part in value.split(",")]
        values = [float(part) if isinstance(part, str) and re.match(r"[\d.]", part) else part for part in parts]
        told[SHORT.get(key, key)] = tuple(values) if len(values) > 1 else values[0]
    return name, told


def rule(sentence, params, lr, decay=None):
    """[(optimizer, base rate)]; `decay` in the place of the sentence's own. Of muon the matrices alone."""
    name, told = options_of(sentence)
    usual = 0.01 if name == "adamw" else 0.0
    wd = told.get("decay", usual) if decay is None else decay
    place, mu = told.get("place", "outside"), told.get("momentum", 0.0)
    if name == "sgd" and told.get("decoupled"):
        return Formula(params, decoupled_momentum, lr=lr, momentum=mu, decay=wd)
    if name == "sgd":
        return optim.SGD(params, lr, momentum=mu, nesterov=told.get("nesterov", False), weight_decay=wd)
    if name in ("adam", "adamw"):
        betas, eps = told.get("betas", (0.9, 0.999)), told.get("epsilon", 1e-8)
        if place != "outside":
            return Formula(params, adam(name == "adamw"), lr=lr, betas=betas, eps=eps, place=place, decay=wd)
        return (optim.AdamW if name == "adamw" else optim.Adam)(params, lr, betas=betas, eps=eps, weight_decay=wd)
    if name == "adagrad":
        eps = told.get("epsilon", 1e-10)
        if place != "outside":
            return Formula(params, adagrad, lr=lr, eps=eps, place=place, decay=wd)
        return optim.Adagrad(params, lr, eps=eps, weight_decay=wd)
    if name == "rmsprop":
        eps, rho, centered = told.get("epsilon", 1e-8), told.get("rho", 0.99), told.get("centered", False)
        if place != "outside" or centered:
            return Formula(params, rmsprop, lr=lr, rho=rho, momentum=mu, centered=centered, eps=eps, place=place, decay=wd)
        return optim.RMSprop(params, lr, alpha=rho, eps=eps, momentum=mu, weight_decay=wd)
    assert name == "muon", sentence
    return Formula(params, muon, lr=lr, momentum=told.get("momentum", 0.95), nesterov=told.get("nesterov", True), decay=wd)


def rules(sentence, named, top, lr, decay=None):
    """[(optimizer, base rate)] of these tensors."""
    if not sentence.startswith("muon"):
        return [(rule(sentence, [w for _, w in named], lr, decay), lr)]
    _, told = options_of(sentence)
    wd = told.get("decay", 0.0) if decay is None else decay
    own, betas = told.get("adamw-lr", 0.003), told.get("betas", (0.9, 0.95))
    hidden = [w for name, w in named if w.dim() > 1 and name.split(".")[0] != top]
    rest = [w for name, w in named if w.dim() == 1 or name.split(".")[0] == top]
    matrices = [(rule(sentence, hidden, lr, decay), lr)] if hidden else []
    return matrices + ([(optim.AdamW(rest, own, betas=betas, eps=1e-10, weight_decay=wd), own)] if rest else [])


def fits(selector, name, layer, top):
    """One selector, of words that must all fit, on a tensor by its name and layer."""
    number, kind = name.split(".")
    norm = isinstance(layer, torch.nn.modules.batchnorm._BatchNorm)
    for word in selector.split():
        a, _, b = word.partition("..")
        ways = {
            "weight": kind == "weight" and not norm,
            "bias": kind == "bias" and not norm,
            "norm": norm,
            "dense": isinstance(layer, torch.nn.Linear),
            LAST: number == top,
        }
        within = a.isdigit() and int(a) <= int(number) <= int(b or a)
        if not (ways.get(word, within) or re.fullmatch(re.escape(word).replace(r"\*", ".*"), name)):
            return False
    return True


def optimizers_of(net, settings):
    """[(optimizer, base rate)] of every group, and the layers that run as in evaluation."""
    left = dict(net.named_parameters())
    top = list(left)[-1].split(".")[0]
    made = []
    for part in filter(None, settings.get("groups", "").split(";")):
        match, _, said = part.partition(":")
        told = [word.strip().partition(" ") for word in re.split(r",(?=\s*(?:lr|decay|optimizer|frozen))", said)]
        own = {key: value for key, _, value in told}
        named = [(n, w) for n, w in left.items() if any(fits(one, n, net[int(n.split(".")[0])], top) for one in match.split(","))]
        assert named, part
        for name, weight in named:
            del left[name]
            weight.requires_grad_("frozen" not in own)
        if "frozen" in own:
            continue
        decay = float(own["decay"]) if "decay" in own else None
        lr = float(own.get("lr", settings["lr"]))
        made += rules(own.get("optimizer", settings["optimizer"]), named, top, lr, decay)
    made += rules(settings["optimizer"], list(left.items()), top, settings["lr"])
    cold = [layer for layer in net if (own := list(layer.parameters())) and not any(w.requires_grad for w in own)]
    return made, cold
