"""The event files of `heddle train --tensorboard`, read by TensorBoard's own reader: tags, steps and values are those of metrics.jsonl, also after kill -9 and --resume.

Needs a built Heddle, and the package tensorboard (pip install tensorboard). Prints what it found; check_tensorboard.txt is
its output.
"""

import json
import pathlib
import signal
import struct
import subprocess
import tempfile

import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

HEDDLE = ["node", str(pathlib.Path(__file__).parents[2] / "bin" / "heddle.js")]
EPOCHS = 8


def f32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def lines(run, kind):
    text = (run / "metrics.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, text) if line["kind"] == kind]


def check(name, folder, run, per_epoch):
    reader = EventAccumulator(str(folder), size_guidance={"scalars": 0, "histograms": 0, "images": 0})
    reader.Reload()
    tags = reader.Tags()
    epochs = lines(run, "epoch")
    wanted = {
        "train/loss": [line["train"]["loss"] for line in epochs],
        "train/accuracy": [line["train"]["accuracy"] for line in epochs],
        "validation/loss": [line["validation"]["loss"] for line in epochs],
        "validation/accuracy": [line["validation"]["accuracy"] for line in epochs],
        "lr": [line["lr"] for line in epochs],
    }
    assert sorted(tags["scalars"]) == sorted(wanted), tags["scalars"]
    for tag, values in wanted.items():
        events = reader.Scalars(tag)
        assert [event.step for event in events] == list(range(1, EPOCHS + 1)), (tag, events)
        assert [event.value for event in events] == [f32(value) for value in values], tag
        times = [event.wall_time for event in events]
        assert times == sorted(times) and times[0] > 1.6e9 and times[-1] < 1e10, times
    assert len(tags["images"]) == 10
    assert all(len(reader.Images(tag)) == 1 for tag in tags["images"])
    for tag in tags["histograms"]:
        assert [event.step for event in reader.Histograms(tag)] == list(range(1, EPOCHS + 1)), tag
    steps = EventAccumulator(str(folder / "minibatches"), size_guidance={"scalars": 0})
    steps.Reload()
    losses = [(event.step, event.value) for event in steps.Scalars("minibatch/loss")]
    wanted = [((line["epoch"] - 1) * per_epoch + line["step"], f32(line["loss"])) for line in lines(run, "step")]
    assert losses == wanted and [step for step, _ in losses] == list(range(1, EPOCHS * per_epoch + 1))
    files = len(list(folder.glob("*tfevents*")))
    print(f"{name}: {files} event files; {len(tags['scalars'])} scalar tags of {EPOCHS} steps, {len(losses)} minibatch losses, "
          f"{len(tags['images'])} images, {len(tags['histograms'])} histograms of {EPOCHS} steps: as metrics.jsonl says")


def train(*flags):
    return [*HEDDLE, "train", "--epochs", str(EPOCHS), "--validation", "0.25", "--log-steps", "--no-report", "--quiet", *flags]


with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place)
    print(f"tensorboard {tensorboard.__version__}")
    run, folder = place / "whole", place / "tb-whole"
    subprocess.run(train("--out", str(run), "--tensorboard", str(folder)), check=True, stdout=subprocess.DEVNULL)
    per_epoch = len(lines(run, "step")) // EPOCHS
    check("unbroken", folder, run, per_epoch)

    run, folder = place / "killed", place / "tb-killed"
    command = train("--out", str(run), "--tensorboard", str(folder))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        metrics = run / "metrics.jsonl"
        if metrics.exists() and metrics.read_text().count('"kind":"epoch"') >= 4:
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    assert process.returncode == -signal.SIGKILL, "it was too fast to be killed in epoch 5"
    resume = [*HEDDLE, "train", "--resume", str(run), "--no-report", "--quiet"]
    subprocess.run(resume, check=True, stdout=subprocess.DEVNULL)
    check("killed with kill -9 after epoch 4, resumed", folder, run, per_epoch)
