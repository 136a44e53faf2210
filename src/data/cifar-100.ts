/** CIFAR-100: 60,000 small photographs in a hundred classes, which make twenty coarse ones (A. Krizhevsky, 2009). */
import { cifarSet } from "./cifar.js";

const fine = `
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
  castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
  elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard
  lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear
  pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark
  shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
  television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
`;
const coarse = `
  aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices
  household_furniture insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes
  large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people reptiles small_mammals trees
  vehicles_1 vehicles_2
`;
const namesIn = (text: string): string[] => text.trim().split(/\s+/);

export const cifar100 = cifarSet({
  name: "cifar-100",
  summary: "50,000 + 10,000 photographs in 100 classes, 32x32 RGB (binary or python version, or its .tar.gz)",
  defaults: { model: "kth-4.d", epochs: 15 },
  published: {
    nearCopies:
      "Known of CIFAR-100: 10 % of its test images have a near copy among the training images (Barz and Denzler 2020).",
    files: ["train", "test"].map((name) => ({ name: `${name}.bin`, bytes: null, sha256: null })),
    archives: [
      {
        name: "cifar-100-binary.tar.gz",
        bytes: 168513733,
        sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
      },
      { name: "cifar-100-python.tar.gz", bytes: null, sha256: null },
    ],
    mirrors: ["https://www.cs.toronto.edu/~kriz"],
    counts: { train: new Array<number>(100).fill(500), test: new Array<number>(100).fill(100) },
  },
  train: ["train"],
  test: "test",
  records: [50_000, 10_000],
  labels: [
    {
      name: "fine",
      byte: 1,
      key: "fine_labels",
      namesKey: "fine_label_names",
      namesFile: "fine_label_names.txt",
      classes: namesIn(fine),
    },
    {
      name: "coarse",
      byte: 0,
      key: "coarse_labels",
      namesKey: "coarse_label_names",
      namesFile: "coarse_label_names.txt",
      classes: namesIn(coarse),
    },
  ],
  meta: "meta",
  folders: ["cifar-100-binary", "cifar-100-python"],
  archives: ["cifar-100-binary.tar.gz", "cifar-100-python.tar.gz"],
});
