#compdef heddle

# Completion of heddle for zsh, made by heddle itself from what its help lists.

_heddle_values_1() {
  if compset -P '(folder:|labels:|zip:|tar:|parquet:|targets:|csv:|npz:|idx:|pickle:)'; then _files; return; fi
  local -a prefixes=(
    'folder\::your own images: PATH/CLASS/*.png (or .jpg, .webp …), or PATH/train/CLASS/… and PATH/test/CLASS/…'
    'labels\::your own images, and a table (.csv, .tsv, .jsonl) that names the file and the class of each'
    'zip\::your own images in a zip archive, laid out as for folder:PATH; it is read in place'
    'tar\::your own images in a .tar or .tar.gz archive, laid out as for folder:PATH; it is read in place'
    'parquet\::your own images in parquet files, as Hugging Face keeps them: a column of images, one of classes'
    'targets\::your own images: PATH/train/*.png by name, and the class of each on a line of PATH/train_targets.txt'
    'csv\::your own images as numbers: a line for each, its pixels 0..255 and its label'
    'npz\::your own images as NumPy arrays: .npz, or a folder of .npy (x_train, y_train, x_test, y_test …)'
    'idx\::your own images as IDX files, the format of MNIST: a folder with images and labels of each split'
    'pickle\::your own images as a Python pickle of arrays: a file, or a folder of them'
  )
  _describe -t prefixes form prefixes -S ''
  local -a list=(
    'synthetic-digits:5,000 + 1,000 digits made by the program, 8x8 grey, values 0..16 (needs no files)'
    'synthetic-digits-28:5,000 + 1,000 digits made by the program, 28x28 grey (needs no files)'
    'digits:1,797 real handwritten digits, 8x8 grey, values 0..16 (digits.csv)'
    'mnist:60,000 + 10,000 handwritten digits, 28x28 grey (four IDX files)'
    'fashion-mnist:60,000 + 10,000 pictures of clothes in 10 classes, 28x28 grey (four IDX files)'
    'kmnist:60,000 + 10,000 cursive hiragana in 10 classes, 28x28 grey (four IDX files)'
    'qmnist:60,000 + 60,000 handwritten digits, 28x28 grey (four IDX files)'
    'emnist-letters:124,800 + 20,800 letters in 26 classes, handwritten, 28x28 grey (four IDX files, or gzip.zip)'
    'emnist-balanced:112,800 + 18,800 characters in 47 classes, handwritten, 28x28 grey (four IDX files, or gzip.zip)'
    'emnist-byclass:697,932 + 116,323 characters in 62 classes, handwritten, 28x28 grey (four IDX files, or gzip.zip)'
    'emnist-bymerge:697,932 + 116,323 characters in 47 classes, handwritten, 28x28 grey (four IDX files, or gzip.zip)'
    'emnist-digits:240,000 + 40,000 digits, handwritten, 28x28 grey (four IDX files, or gzip.zip)'
    'emnist-mnist:60,000 + 10,000 digits, handwritten, 28x28 grey (four IDX files, or gzip.zip)'
    'cifar-10:50,000 + 10,000 photographs in 10 classes, 32x32 RGB (binary or python version, or its .tar.gz)'
    'cifar-100:50,000 + 10,000 photographs in 100 classes, 32x32 RGB (binary or python version, or its .tar.gz)'
    'bugnist2d:photographs of scanned bugs in 12 classes, 64x32 RGB (folders train/ and test/, one for each class)'
  )
  _describe -t values value list
}

_heddle_values_2() {
  _files -/
}

_heddle_values_3() {
  local -a list=(
    'crop'
    'pad'
    'stretch'
  )
  _describe -t values value list
}

_heddle_values_4() {
  local -a list=(
    '1'
    '3'
  )
  _describe -t values value list
}

_heddle_values_5() {
  local -a list=(
    'rows'
    'columns'
    'planes'
  )
  _describe -t values value list
}

_heddle_values_6() {
  local -a list=(
    'natural'
    'plain'
  )
  _describe -t values value list
}

_heddle_values_7() {
  local -a list=(
    'digits-mlp:64-32-10, for the 8x8 digits'
    'dtu-mlp:784-999-299-10, the DTU course'\''s MNIST net'
    'cs596-2layer:784-512-128-10, the CS596 slides'\'' Fashion-MNIST net'
    'small-cnn:convolutions of 16, 32, … filters, as deep as images allow'
    'lenet5:LeNet-5 of 1998: tanh and average pooling'
    'cs596-1conv:one convolution and one hidden dense layer'
    'cs596-3conv:three convolutions with dropout'
    'cs596-4conv-bn:four convolutions with batch norm'
    'cs596-vgg:nine convolutions after VGG'
    'cs596-vgg-bn:nine convolutions with batch norm and two poolings'
    'kth-3.2:three convolutions of 24, 48 and 96 filters'
    'kth-4.a.1:kth-3.2 with 64, 128 and 256 filters'
    'kth-4.a.2:kth-4.a.1 with a dense layer of 128 more'
    'kth-4.b:kth-4.a.2 with kernels 7x7, 5x5, 3x3'
    'kth-4.c:kth-4.a.2 with leaky ReLU'
    'kth-4.d:kth-4.c with dropout'
    'kth-4.e:kth-4.d with batch norm'
    'resnet20:ResNet-20 with projection shortcuts, for 32x32'
    'resnet18-cifar:ResNet-18 for 32x32: a first convolution of 3x3, no pooling'
    'mobilenet-small:depthwise-separable convolutions, for 32x32'
    'cifar-speedrun:the net of CIFAR-10'\''s speed records: whitened, GELU'
    'alexnet:AlexNet in one tower, for 224x224'
    'vgg16:VGG with 13 convolutions, for 224x224'
    'vgg19:VGG with 16 convolutions, for 224x224'
    'vgg16-cifar:VGG-16'\''s convolutions with a small head, for 32x32'
  )
  _describe -t values value list
  _files
}

_heddle_values_8() {
  local -a list=(
    'relu:max(x, 0)'
    'leaky-relu:x > 0 ? x : slope x'
    'tanh:hyperbolic tangent'
    'sigmoid:1 / (1 + e^-x)'
    'elu:x > 0 ? x : alpha (e^x - 1)'
    'gelu:x P(X < x) of a normal X'
    'silu:x / (1 + e^-x)'
  )
  _describe -t values value list
}

_heddle_values_9() {
  local -a list=(
    'he-normal:normal, variance 2/fan-in: before ReLU and its kin'
    'glorot-uniform:uniform, variance 2/(fan-in + fan-out): before tanh, sigmoid and softmax'
    'lecun-uniform:uniform between -1/sqrt(m) and 1/sqrt(m) for m inputs'
    'lecun-normal:normal, deviation 1/sqrt(m) for m inputs'
    'whitening:a first convolution that whitens the windows of the training images'
    'dirac:convolutions that pass their input on; filters beyond it as usual'
    'zeros:all zero, to see that units which start alike stay alike'
  )
  _describe -t values value list
}

_heddle_values_10() {
  local -a list=(
    'full'
  )
  _describe -t values value list
}

_heddle_values_11() {
  local -a list=(
    'sgd:w -= lr g; with momentum, the gradients of earlier steps fade out'
    'adam:steps scaled by the gradients'\'' mean and mean square of late'
    'adamw:Adam with decay of the weights themselves, not through the gradient'
    'adagrad:each weight'\''s steps shrink as its squared gradients add up'
    'rmsprop:steps scaled by the gradients'\'' mean square of late'
    'muon:orthogonal steps for matrices and filters, AdamW for the rest'
  )
  _describe -t values value list
}

_heddle_values_12() {
  local -a list=(
    'constant:the rate stays as it is'
    'step:stairs down, each of the same length'
    'multistep:stairs down at given places'
    'exponential:the same share less after each update, or epoch'
    'cosine:half a cosine down from the base rate, once or with restarts'
    'one-cycle:up to the base rate, then down to nearly nothing; momentum the other way'
    'polynomial:down to the end by a power of what is left of the run'
    'triangular:up and down in straight lines, again and again'
    'plateau:lower where validation has not become better for some epochs'
  )
  _describe -t values value list
}

_heddle_values_13() {
  local -a list=(
    'cross-entropy:-ln p[t] on the softmax p of the logits'
    'squared-error:1/2 sum (p - t)^2 on the softmax p of the logits'
    'huber:squared error up to delta, in proportion beyond, on the softmax p'
  )
  _describe -t values value list
}

_heddle_values_14() {
  local -a list=(
    'none'
    'balanced'
  )
  _describe -t values value list
  _files
}

_heddle_values_15() {
  local -a list=(
    'unit:0..1: x / the largest value a pixel can have'
    'symmetric:-1..1: 2 unit - 1'
    'centered:-0.5..0.5: unit - 0.5'
    'dataset:mean 0 and deviation 1 of each channel over the training samples'
    'dataset-scalar:the same, with one mean and one deviation for all channels'
    'per-image:each image by itself: minus its mean, over its 2-norm'
    'none:the bytes as they are'
  )
  _describe -t values value list
}

_heddle_values_16() {
  local -a list=(
    'none'
    'cs596:small turns, moves and zooms, as the cs596 nets were trained with'
    'mnist:for digits: turns, moves, leans and zooms, no flips'
    'cifar:for photographs: mirrored, and a random crop after padding by 4'
    'flip:mirror every second image'
    'rotate:turn by up to that, either way'
    'shift:move by up to that share of the image'
    'shift-height:move by up to that share of the image, the height alone'
    'shift-width:move by up to that share of the image, the width alone'
    'shear:lean by up to that'
    'zoom:stretch or squeeze each axis by up to that share'
    'zoom-height:stretch or squeeze each axis by up to that share, the height alone'
    'zoom-width:stretch or squeeze each axis by up to that share, the width alone'
    'fill:what lies outside a moved image: its edge (default), 0, or its reflection'
    'resized-crop:a window of at least that share of the image, made its size'
    'contrast:change the contrast by up to that share'
    'brightness:add up to that share of the largest value'
    'noise:add normals of that deviation, as a share of the largest value'
    'jitter:multiply each channel by a factor of its own, off 1 by up to that'
    'crop:pad with so many pixels of 0, then crop at random'
    'erase:make a rectangle 0, with that probability'
    'mixup:blend with another image, the share of Beta(A, A); labels too'
    'cutmix:put a box of another image in, its area of Beta(A, A); labels too'
  )
  _describe -t values value list
}

_heddle_values_17() {
  local -a list=(
    'own'
  )
  _describe -t values value list
}

_heddle_values_18() {
  local -a list=(
    'stratified'
    'sequential'
  )
  _describe -t values value list
}

_heddle_values_19() {
  _files
}

_heddle_values_20() {
  local -a list=(
    'loss:mean of what training makes small, without smoothing and class weights'
    'accuracy:share of samples whose most probable class is their own'
    'errors:samples whose most probable class is not their own'
    'topK.1:share of samples whose own class is among the 1 most probable'
    'topK.5:share of samples whose own class is among the 5 most probable'
    'balancedAccuracy:mean recall of the classes that have samples'
    'logLoss:mean of -ln p of the right class, from the logits in double'
    'kappa:agreement beyond chance: 1 is full, 0 none'
    'mcc:correlation of true and predicted classes: 1 is full, 0 none'
    'ece:mean gap of probability and share of right answers, in 15 bins'
    'macro.precision:mean over the classes: of samples taken for a class, those of it'
    'weighted.precision:mean over classes by their samples: of samples taken for a class, those of it'
    'macro.recall:mean over the classes: of samples of a class, those taken for it'
    'weighted.recall:mean over classes by their samples: of samples of a class, those taken for it'
    'macro.f1:mean over the classes: 2 tp / (2 tp + fp + fn)'
    'weighted.f1:mean over classes by their samples: 2 tp / (2 tp + fp + fn)'
    'auc.macro:mean over the classes of the area under ROC, one against the rest'
  )
  _describe -t values value list
}

_heddle_values_21() {
  local -a list=(
    'f32'
    'f64'
  )
  _describe -t values value list
}

_heddle_values_22() {
  local -a list=(
    'auto'
  )
  _describe -t values value list
}

_heddle_values_23() {
  local -a list=(
    'auto'
    'native'
    'reference'
  )
  _describe -t values value list
}

_heddle_values_24() {
  local -a list=(
    'none'
  )
  _describe -t values value list
  _files -/
}

_heddle_values_25() {
  local -a found=(runs/*(/N))
  if [[ -z $PREFIX && -n $found ]]; then compadd -f -- $found; return; fi
  _files
}

_heddle_values_26() {
  local -a found=(runs/*(/N))
  if [[ -z $PREFIX && -n $found ]]; then compadd -f -- $found; return; fi
  _files -/
}

_heddle_values_27() {
  local -a list=(
    'dtu:MLPs on digits, MNIST, CIFAR-10 and BugNIST2D: optimizers, minibatches, regularization, precision'
    'cs596:six nets on Fashion-MNIST, plain and augmented'
    'kth:ten configurations of a three-convolution net on CIFAR-10, as published and fixed'
    'cyu:MLP and LeNet-5, squared error and cross-entropy, MNIST and CIFAR-10'
    'mnist-99:99 % on MNIST in one epoch, timed'
    'speed:all recipes that are timed'
  )
  _describe -t values value list
}

_heddle_values_28() {
  local -a list=(
    'train'
    'validation'
    'test'
  )
  _describe -t values value list
}

_heddle_values_29() {
  local -a list=(
    'best'
    'last'
  )
  _describe -t values value list
}

_heddle_values_30() {
  local -a list=(
    'mnist'
  )
  _describe -t values value list
}

_heddle_values_31() {
  local -a list=(
    'onnx'
    'web'
  )
  _describe -t values value list
}

_heddle_values_32() {
  local -a list=(
    'cs596:small turns, moves and zooms, as the cs596 nets were trained with'
    'mnist:for digits: turns, moves, leans and zooms, no flips'
    'cifar:for photographs: mirrored, and a random crop after padding by 4'
    'flip:mirror every second image'
    'rotate:turn by up to that, either way'
    'shift:move by up to that share of the image'
    'shift-height:move by up to that share of the image, the height alone'
    'shift-width:move by up to that share of the image, the width alone'
    'shear:lean by up to that'
    'zoom:stretch or squeeze each axis by up to that share'
    'zoom-height:stretch or squeeze each axis by up to that share, the height alone'
    'zoom-width:stretch or squeeze each axis by up to that share, the width alone'
    'fill:what lies outside a moved image: its edge (default), 0, or its reflection'
    'resized-crop:a window of at least that share of the image, made its size'
    'contrast:change the contrast by up to that share'
    'brightness:add up to that share of the largest value'
    'noise:add normals of that deviation, as a share of the largest value'
    'jitter:multiply each channel by a factor of its own, off 1 by up to that'
    'crop:pad with so many pixels of 0, then crop at random'
    'erase:make a rectangle 0, with that probability'
    'mixup:blend with another image, the share of Beta(A, A); labels too'
    'cutmix:put a box of another image in, its area of Beta(A, A); labels too'
  )
  _describe -t values value list
}

_heddle_values_33() {
  local -a list=(
    'train'
    'test'
    'validation'
  )
  _describe -t values value list
}

_heddle_values_34() {
  local -a list=(
    'list:Data sets by name: what they are, and which of them are here.'
    'info:Shape, classes, counts, hash and statistics of a data set.'
    'show:Write a page with a contact sheet, the mean image and the counts of each class.'
    'fetch:Download a published data set; what is there and right is left alone.'
    'verify:Check files, counts and labels of a data set (or of all that are here), and list duplicates.'
  )
  _describe -t values value list
}

_heddle_values_35() {
  local -a list=(
    'digits-mlp:64-32-10, for the 8x8 digits'
    'dtu-mlp:784-999-299-10, the DTU course'\''s MNIST net'
    'cs596-2layer:784-512-128-10, the CS596 slides'\'' Fashion-MNIST net'
    'small-cnn:convolutions of 16, 32, … filters, as deep as images allow'
    'lenet5:LeNet-5 of 1998: tanh and average pooling'
    'cs596-1conv:one convolution and one hidden dense layer'
    'cs596-3conv:three convolutions with dropout'
    'cs596-4conv-bn:four convolutions with batch norm'
    'cs596-vgg:nine convolutions after VGG'
    'cs596-vgg-bn:nine convolutions with batch norm and two poolings'
    'kth-3.2:three convolutions of 24, 48 and 96 filters'
    'kth-4.a.1:kth-3.2 with 64, 128 and 256 filters'
    'kth-4.a.2:kth-4.a.1 with a dense layer of 128 more'
    'kth-4.b:kth-4.a.2 with kernels 7x7, 5x5, 3x3'
    'kth-4.c:kth-4.a.2 with leaky ReLU'
    'kth-4.d:kth-4.c with dropout'
    'kth-4.e:kth-4.d with batch norm'
    'resnet20:ResNet-20 with projection shortcuts, for 32x32'
    'resnet18-cifar:ResNet-18 for 32x32: a first convolution of 3x3, no pooling'
    'mobilenet-small:depthwise-separable convolutions, for 32x32'
    'cifar-speedrun:the net of CIFAR-10'\''s speed records: whitened, GELU'
    'alexnet:AlexNet in one tower, for 224x224'
    'vgg16:VGG with 13 convolutions, for 224x224'
    'vgg19:VGG with 16 convolutions, for 224x224'
    'vgg16-cifar:VGG-16'\''s convolutions with a small head, for 32x32'
  )
  _describe -t values value list
  local -a found=(runs/*(/N))
  if [[ -z $PREFIX && -n $found ]]; then compadd -f -- $found; return; fi
  _files
}

_heddle_values_36() {
  local -a list=(
    'digits-mlp:64-32-10, for the 8x8 digits'
    'dtu-mlp:784-999-299-10, the DTU course'\''s MNIST net'
    'cs596-2layer:784-512-128-10, the CS596 slides'\'' Fashion-MNIST net'
    'small-cnn:convolutions of 16, 32, … filters, as deep as images allow'
    'lenet5:LeNet-5 of 1998: tanh and average pooling'
    'cs596-1conv:one convolution and one hidden dense layer'
    'cs596-3conv:three convolutions with dropout'
    'cs596-4conv-bn:four convolutions with batch norm'
    'cs596-vgg:nine convolutions after VGG'
    'cs596-vgg-bn:nine convolutions with batch norm and two poolings'
    'kth-3.2:three convolutions of 24, 48 and 96 filters'
    'kth-4.a.1:kth-3.2 with 64, 128 and 256 filters'
    'kth-4.a.2:kth-4.a.1 with a dense layer of 128 more'
    'kth-4.b:kth-4.a.2 with kernels 7x7, 5x5, 3x3'
    'kth-4.c:kth-4.a.2 with leaky ReLU'
    'kth-4.d:kth-4.c with dropout'
    'kth-4.e:kth-4.d with batch norm'
    'resnet20:ResNet-20 with projection shortcuts, for 32x32'
    'resnet18-cifar:ResNet-18 for 32x32: a first convolution of 3x3, no pooling'
    'mobilenet-small:depthwise-separable convolutions, for 32x32'
    'cifar-speedrun:the net of CIFAR-10'\''s speed records: whitened, GELU'
    'alexnet:AlexNet in one tower, for 224x224'
    'vgg16:VGG with 13 convolutions, for 224x224'
    'vgg19:VGG with 16 convolutions, for 224x224'
    'vgg16-cifar:VGG-16'\''s convolutions with a small head, for 32x32'
  )
  _describe -t values value list
}

_heddle_values_37() {
  local -a list=(
    'step:Time one training step: gather, forward, backward, update, barriers.'
    'scaling:Time the same training step at several numbers of threads or processes.'
    'predict:Time a trained model'\''s answers, on one thread and random pixels.'
    'gemm:Time matrix products in the shapes of real nets, on one core.'
  )
  _describe -t values value list
}

_heddle_values_38() {
  local -a list=(
    'bash'
    'zsh'
    'fish'
  )
  _describe -t values value list
}

_heddle_values_39() {
  local -a list=(
    'train:train a net'
    'search:train many times and compare'
    'repro:the source documents'\'' experiments, beside their numbers'
    'evaluate:loss, accuracy and confusion matrix of a trained model'
    'predict:classes of single images, timed'
    'export:a trained model as a file for other programs'
    'pack:a trained model with what runs and judges it'
    'serve:a trained model behind HTTP'
    'verify:train a run again and compare'
    'replay:the step that ended in NaN, layer by layer'
    'explain:one sample through a net, with its numbers'
    'report:the page of a run, made anew'
    'compare:runs side by side'
    'plot:learning curves in characters'
    'summary:layers, shapes, parameters and cost of a net'
    'data:list, describe, show, fetch and check data sets'
    'profile:where the time of a training step goes'
    'bench:time training steps, scaling and matrix products'
    'doctor:mistakes in a run; what this machine offers and what Heddle makes of it'
    'completion:completion for bash, zsh and fish'
  )
  _describe -t values value list
}

_heddle() {
  local curcontext="$curcontext" state line
  local -a commands=(
    'train:train a net'
    'search:train many times and compare'
    'repro:the source documents'\'' experiments, beside their numbers'
    'evaluate:loss, accuracy and confusion matrix of a trained model'
    'predict:classes of single images, timed'
    'export:a trained model as a file for other programs'
    'pack:a trained model with what runs and judges it'
    'serve:a trained model behind HTTP'
    'verify:train a run again and compare'
    'replay:the step that ended in NaN, layer by layer'
    'explain:one sample through a net, with its numbers'
    'report:the page of a run, made anew'
    'compare:runs side by side'
    'plot:learning curves in characters'
    'summary:layers, shapes, parameters and cost of a net'
    'data:list, describe, show, fetch and check data sets'
    'profile:where the time of a training step goes'
    'bench:time training steps, scaling and matrix products'
    'doctor:mistakes in a run; what this machine offers and what Heddle makes of it'
    'completion:completion for bash, zsh and fish'
    'help:show the help of a command'
  )
  _arguments -C \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case ${line[1]} in
        train) _heddle_train ;;
        search) _heddle_search ;;
        repro) _heddle_repro ;;
        evaluate) _heddle_evaluate ;;
        predict) _heddle_predict ;;
        export) _heddle_export ;;
        pack) _heddle_pack ;;
        serve) _heddle_serve ;;
        verify) _heddle_verify ;;
        replay) _heddle_replay ;;
        explain) _heddle_explain ;;
        report) _heddle_report ;;
        compare) _heddle_compare ;;
        plot) _heddle_plot ;;
        summary) _heddle_summary ;;
        data) _heddle_data ;;
        profile) _heddle_profile ;;
        bench) _heddle_bench ;;
        doctor) _heddle_doctor ;;
        completion) _heddle_completion ;;
        help) _heddle_help ;;
      esac
      ;;
  esac
}

_heddle_train() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--dataset=[data set to train on (default: "synthetic-digits")]:NAME:_heddle_values_1' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--data-from-root[under mpirun: the first process reads the data and sends it, where not every machine has it]' \
    '--allow-missing[go on without the files that a set of several lacks; the run records it]' \
    '--image-size=[size that images of files are brought to, or SIDE (default: their own; of mixed ones at most 64x64)]:HEIGHTxWIDTH: ' \
    '--fit=[how: cut off, leave black around, or change proportions (default: "pad")]:crop|pad|stretch:_heddle_values_3' \
    '--channels=[1 grey, 3 RGB, of images of files (default: grey if all are)]:1|3:_heddle_values_4' \
    '--label=[column that holds the class: first, last, or its name (default: found)]:NAME: ' \
    '--layout=[how arrays hold an image: row by row, column by column, or a plane for each color]:rows|columns|planes:_heddle_values_5' \
    '--order=[how names are sorted where that decides labels (default: natural, 2 before 10; plain: 10 before 2)]:natural|plain:_heddle_values_6' \
    '--paper=[behind transparent images: black, white, grey, #RRGGBB (default: what shows them)]:COLOR: ' \
    '--maximum=[largest value of a pixel in the files, where it is not their format'\''s (4095 for 12 bits in 16)]:N: ' \
    '--max-megapixels=[image files may be as large (default: 67)]:X: ' \
    '--skip-bad=[image files that may be passed over if they do not decode (default: 0)]:N: ' \
    '--model=[a model below, mlp:WIDTH-WIDTH-…, a sentence of layers (docs/models.md), or FILE.json]:NET:_heddle_values_7' \
    '--activation=[of the hidden layers]:NAME:_heddle_values_8' \
    '--initializer=[how weights start (default: what suits the activation)]:NAME:_heddle_values_9' \
    '--epochs=[passes over the training split]:N: ' \
    '--batch-size=[samples per step, or full (default: 64)]:N|full:_heddle_values_10' \
    '--accumulate=[minibatches whose gradients make one update: the mean over their samples (default: 1)]:N: ' \
    '--lr=[learning rate (default: 0.001)]:X: ' \
    '--optimizer=[how gradients move weights (default: "adam")]:NAME:_heddle_values_11' \
    '--schedule=[how the learning rate goes from update to update (default: "constant")]:NAME:_heddle_values_12' \
    '--groups=[rate, decay or optimizer of some weights alone, or frozen (docs/training.md)]:GROUPS: ' \
    '--freeze=[layers that stay as they are: "0..5", names, patterns as in --groups]:LAYERS: ' \
    '--unfreeze-at=[from this epoch on --freeze holds no more]:N: ' \
    '--clip-value=[cut each number of the gradient to [-X, X\], before all else]:X: ' \
    '--clip-norm=[shorten a gradient that is longer than X, over all trained weights, after --clip-value]:X: ' \
    '--max-norm=[shorten the weights that come into a unit to this length, after each update]:X: ' \
    '--l1=[this much of each weight'\''s sign is added to its gradient (default: 0)]:X: ' \
    '--ema=[decay of an average of the weights, debiased: it is what is validated, chosen and saved]:X: ' \
    '--loss=[what training makes small (default: "cross-entropy")]:NAME:_heddle_values_13' \
    '--label-smoothing=[e: train on targets (1 - e) onehot + e / classes (default: 0)]:X: ' \
    '--class-weights=[what samples of each class count; a file has a number a line (default: "none")]:none|balanced|FILE:_heddle_values_14' \
    '--target-noise=[share of training labels made another class (default: 0)]:X: ' \
    '--standardize=[how bytes become numbers; stored in the model file (default: "unit")]:NAME:_heddle_values_15' \
    '--augment=[changes to training images, drawn anew each epoch (docs/data.md; default: none; of a small set of yours, mild)]:none|PRESET|LIST:_heddle_values_16' \
    '--validation=[kept for model choice: 0 none, below 1 a share, else a count; own: the set'\''s split (default: own, or 0.1)]:X|N|own:_heddle_values_17' \
    '--test=[part of the training split kept to test on, where the set has no test split]:X|N: ' \
    '--validation-split=[validation is the same share of each class, drawn by the seed, or the last samples (default: "stratified")]:stratified|sequential:_heddle_values_18' \
    '--group-by=[keep groups whole: pattern over file names, its (…) the group; or file]:PATTERN|FILE:_heddle_values_19' \
    '--select=[metric of validation by which the best epoch is chosen (default: "loss")]:METRIC:_heddle_values_20' \
    '--patience=[end the run after so many epochs in a row without a better --select]:N: ' \
    '--min-delta=[what --patience takes for better: a gain of more than this (default: 0)]:X: ' \
    '--stop-at=[end the run once an epoch has it: "validation accuracy >= 0.99"]:GOAL: ' \
    '--fold=[test on one part of the training split, where the set has no test split: 2/5 is the second of five]:K/N: ' \
    '--folds=[train once for each of so many parts, tested on it; mean and deviation (cross-validation)]:N: ' \
    '--seeds=[train with so many seeds from --seed on; mean, deviation and interval]:N: ' \
    '--subset=[train on that many samples, the same share of each class]:N: ' \
    '--seed=[seed of every random draw (default: 0)]:N: ' \
    '--exact-conv[convolve by the definition alone, without Winograd'\''s fewer multiplications]' \
    '--dtype=[number format (default: "f32")]:f32|f64:_heddle_values_21' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--max-steps=[end the run after so many updates of the weights]:N: ' \
    '--max-time=[end the run after that long, all its starts together (90s, 10min, 2h)]:TIME: ' \
    '--checkpoint-every=[write a checkpoint so often; an epoch that is the best so far always has one (default: "1epoch")]:LENGTH: ' \
    '--keep=[checkpoints that stay: last.ckpt is the newest, then last-1.ckpt … (default: 2)]:N: ' \
    '(-o --out)'{-o+,--out=}'[run folder, absent or empty; none: no files (default: runs/<n>-<dataset>-<model>)]:DIR|none:_heddle_values_24' \
    '--overwrite[take --out from the run that is there, whose files are removed]' \
    '--init=[start from the weights of this run, or of this safetensors file]:RUN|FILE:_heddle_values_25' \
    '--reset-head[with --init: draw the last layer anew]' \
    '--no-shuffle[keep the order of the training samples]' \
    '--log-steps[write one line per step into metrics.jsonl]' \
    '--tensorboard=[write TensorBoard'\''s event files there: metrics, weights, first images]:DIR:_heddle_values_2' \
    '--csv=[write the metrics of each epoch there, as a table]:FILE:_heddle_values_19' \
    '--require-accuracy=[exit 4 when the test accuracy is lower]:X: ' \
    '(-c --config)'{-c+,--config=}'[YAML or JSON file with any of these settings (keys: batchSize, lr, …); - is stdin]:FILE:_heddle_values_19' \
    '--resume=[go on with an interrupted run folder, at any number of threads]:RUN:_heddle_values_26' \
    '--resume-with=[with --resume: go on with other settings, as in "epochs=20,lr=0.001" (epochs, lr, schedule, clipValue, clipNorm, l1, maxNorm, labelSmoothing, augment)]:SETTINGS: ' \
    '--print-config[print the resolved configuration and the source of each value, and stop]' \
    '--no-progress[lines instead of a bar]' \
    '--profile[measure where the time goes: profile.json and trace.json in the run'\''s folder, part of the report]' \
    '--live[serve the run'\''s page on this machine while it trains, at http://127.0.0.1:8420/ or the next free port]' \
    '--port=[with --live: at this port]:N: ' \
    '--find-lr=[do not train: try rising rates on fresh weights, draw the loss (FILE: as SVG too), suggest --lr]::FILE:_heddle_values_19' \
    '--no-report[do not leave report.html in the run'\''s folder]' \
    '--json[print one JSON document instead of a table]' \
    '--json-lines[print each event as a line of JSON: start, epochs, steps with --log-steps, done]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]'
}

_heddle_search() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '(-o --out)'{-o+,--out=}'[folder of the search: absent, empty, or one to go on with (default: runs/<n>-search-<file>)]:DIR:_heddle_values_2' \
    '--parallel=[trials side by side, each with its share of the threads (default: 1)]:N: ' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:FILE:_heddle_values_19'
}

_heddle_repro() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--as-published[with the source'\''s mistakes alone, where they are of training]' \
    '--fixed[without them alone (default: both forms)]' \
    '--quick[a part of the data and few epochs: minutes, and no result]' \
    '--seeds=[trainings of each row, for mean and deviation (default: 1; of a recipe its own number)]:N: ' \
    '--epochs=[as many as published, or N (default: cut where two cores need over 15 minutes a row)]:full|N:_heddle_values_10' \
    '--rows=[only rows that begin so, with commas between]:NAMES: ' \
    '(-o --out)'{-o+,--out=}'[folder: absent, empty, or one to go on with (default: runs/repro-NAME)]:DIR:_heddle_values_2' \
    '--no-report[leave no report.html in the runs'\'' folders]' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::NAME:_heddle_values_27'
}

_heddle_evaluate() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--dataset=[data set to take samples from (default: the one the model was trained on)]:NAME:_heddle_values_1' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--allow-missing[go on without the files that a set of several lacks; the run records it]' \
    '--skip-bad=[image files that may be passed over if they do not decode (default: 0)]:N: ' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--require-accuracy=[exit 4 when the accuracy on the test split, or on --split, is lower]:X: ' \
    '--split=[split to measure on (default: test; where there is none, validation)]:SPLIT:_heddle_values_28' \
    '--weights=[of a run: of its best epoch, or after its last step (default: best)]:WEIGHTS:_heddle_values_29' \
    '--tta=[test-time augmentation: mean of the probabilities over views of each image: flip, mirrored left to right (flip vertical: upside down); shift, moved by so many pixels up, down, left and right]:LIST: ' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN|FILE:_heddle_values_25'
}

_heddle_predict() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--dataset=[data set to take samples from (default: the one the model was trained on)]:NAME:_heddle_values_1' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--allow-missing[go on without the files that a set of several lacks; the run records it]' \
    '--skip-bad=[image files that may be passed over if they do not decode (default: 0)]:N: ' \
    '--max-megapixels=[image files may be as large (default: 67)]:X: ' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--split=[split to take images from (default: test; where there is none, validation)]:SPLIT:_heddle_values_28' \
    '--index=[images of the split to classify, both ends included, or one number (default: the first 10; with --csv all)]:A..B: ' \
    '--top=[tell the K likeliest classes of each image, not one alone]:K: ' \
    '--csv=[write the answers into a table, a line for each image]:FILE:_heddle_values_19' \
    '--invert[image files are dark on light, the training images light on dark; =auto decides by borders]' \
    '--fit=[how image files get the net'\''s size (default: as in training, else pad)]:FIT:_heddle_values_3' \
    '--prepare=[make drawn or photographed digits what the data set'\''s are]:KIND:_heddle_values_30' \
    '--weights=[of a run: of its best epoch, or after its last step (default: best)]:WEIGHTS:_heddle_values_29' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN|FILE:_heddle_values_25' \
    '*:IMAGE:_heddle_values_19'
}

_heddle_export() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--to=[format of the file]:FORMAT:_heddle_values_31' \
    '(-o --out)'{-o+,--out=}'[the file to write]:FILE:_heddle_values_19' \
    '--weights=[of a run: of its best epoch, or after its last step (default: best)]:WEIGHTS:_heddle_values_29' \
    '--no-preprocessing[leave the preprocessing out: prepared numbers go in, not pixel values]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN|FILE:_heddle_values_25'
}

_heddle_pack() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '(-o --out)'{-o+,--out=}'[a folder that is new or empty, or a zip archive]:DIR|FILE.zip:_heddle_values_19' \
    '--weights=[of a run: of its best epoch, or after its last step (default: best)]:WEIGHTS:_heddle_values_29' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN|FILE:_heddle_values_25'
}

_heddle_serve() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--max-megapixels=[most million pixels of an image file (default: 8)]:X: ' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--port=[port to listen on; 0 takes a free one]:N: ' \
    '--host=[address to listen on; 0.0.0.0 for the whole network (default: 127.0.0.1)]:H: ' \
    '--allow-host=[serve under this name too, for proxies; may be given several times]:NAME: ' \
    '--weights=[of a run: of its best epoch, or after its last step (default: best)]:WEIGHTS:_heddle_values_29' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN|FILE:_heddle_values_25'
}

_heddle_verify() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:RUN:_heddle_values_26'
}

_heddle_replay() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:FILE:_heddle_values_19'
}

_heddle_explain() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--dataset=[data set to take samples from (default: the one the model was trained on)]:NAME:_heddle_values_1' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--sample=[place of the sample in its split, from 0]:N: ' \
    '--kernels[show what kernels whose work is known make of the image: edges, sharpen, blurs]' \
    '--split=[split to take it from (default: train)]:SPLIT:_heddle_values_28' \
    '--weights=[of a run: of its best epoch, or after its last step (default: best)]:WEIGHTS:_heddle_values_29' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN|FILE:_heddle_values_25'
}

_heddle_report() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '(-o --out)'{-o+,--out=}'[the page (default: report.html in each run'\''s folder); of several runs, one page of all]:FILE:_heddle_values_19' \
    '--samples=[look into these of the test split: what the layers and the net make of them]:N,N: ' \
    '--figures=[save its pictures there too: SVG, and PNG where the package sharp is installed]:DIR:_heddle_values_2' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '*:RUN:_heddle_values_26'
}

_heddle_compare() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '(-o --out)'{-o+,--out=}'[write a page with their curves on one chart]:FILE:_heddle_values_19' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '*:RUN:_heddle_values_26'
}

_heddle_plot() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:RUN:_heddle_values_26'
}

_heddle_summary() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--freeze=[layers that stay as they are: "0..5", names, patterns as in --groups]:LAYERS: ' \
    '--schedule=[how the learning rate goes from update to update (default: "constant")]:NAME:_heddle_values_12' \
    '--lr=[learning rate (default: 0.001)]:X: ' \
    '--epochs=[passes over the training split]:N: ' \
    '--accumulate=[minibatches whose gradients make one update: the mean over their samples (default: 1)]:N: ' \
    '--batch-size=[samples per step, or full (default: 64)]:N|full:_heddle_values_10' \
    '--optimizer=[how gradients move weights (default: "adam")]:NAME:_heddle_values_11' \
    '--dtype=[number format (default: "f32")]:f32|f64:_heddle_values_21' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--exact-conv[convolve by the definition alone, without Winograd'\''s fewer multiplications]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--allow-missing[go on without the files that a set of several lacks; the run records it]' \
    '--image-size=[size that images of files are brought to, or SIDE (default: their own; of mixed ones at most 64x64)]:HEIGHTxWIDTH: ' \
    '--fit=[how: cut off, leave black around, or change proportions (default: "pad")]:crop|pad|stretch:_heddle_values_3' \
    '--channels=[1 grey, 3 RGB, of images of files (default: grey if all are)]:1|3:_heddle_values_4' \
    '--label=[column that holds the class: first, last, or its name (default: found)]:NAME: ' \
    '--layout=[how arrays hold an image: row by row, column by column, or a plane for each color]:rows|columns|planes:_heddle_values_5' \
    '--order=[how names are sorted where that decides labels (default: natural, 2 before 10; plain: 10 before 2)]:natural|plain:_heddle_values_6' \
    '--paper=[behind transparent images: black, white, grey, #RRGGBB (default: what shows them)]:COLOR: ' \
    '--maximum=[largest value of a pixel in the files, where it is not their format'\''s (4095 for 12 bits in 16)]:N: ' \
    '--max-megapixels=[image files may be as large (default: 67)]:X: ' \
    '--skip-bad=[image files that may be passed over if they do not decode (default: 0)]:N: ' \
    '--dataset=[build it for the images and classes of that data set]:NAME:_heddle_values_1' \
    '--input=[build it for images of that shape]:HxWxC: ' \
    '--classes=[number of classes]:N: ' \
    '--activation=[of the hidden layers; leaky-relu:SLOPE says its slope]:NAME:_heddle_values_8' \
    '--groups=[tell which weights have which rule: of these groups, or of the optimizer alone]::GROUPS: ' \
    '--plan[tell how a step goes through the net too: what runs in blocks of samples, how gradients are made]' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:NET:_heddle_values_7'
}

_heddle_data() {
  local curcontext="$curcontext" state line
  local -a commands=(
    'list:Data sets by name: what they are, and which of them are here.'
    'info:Shape, classes, counts, hash and statistics of a data set.'
    'show:Write a page with a contact sheet, the mean image and the counts of each class.'
    'fetch:Download a published data set; what is there and right is left alone.'
    'verify:Check files, counts and labels of a data set (or of all that are here), and list duplicates.'
    'help:display help for command'
  )
  _arguments -C \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case ${line[1]} in
        list) _heddle_data_list ;;
        info) _heddle_data_info ;;
        show) _heddle_data_show ;;
        fetch) _heddle_data_fetch ;;
        verify) _heddle_data_verify ;;
        help) _heddle_data_help ;;
      esac
      ;;
  esac
}

_heddle_data_list() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--json[print one JSON document instead of a table]' \
    '(-h --help)'{-h,--help}'[display help for command]'
}

_heddle_data_info() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--allow-missing[go on without the files that a set of several lacks; the run records it]' \
    '--image-size=[size that images of files are brought to, or SIDE (default: their own; of mixed ones at most 64x64)]:HEIGHTxWIDTH: ' \
    '--fit=[how: cut off, leave black around, or change proportions (default: "pad")]:crop|pad|stretch:_heddle_values_3' \
    '--channels=[1 grey, 3 RGB, of images of files (default: grey if all are)]:1|3:_heddle_values_4' \
    '--label=[column that holds the class: first, last, or its name (default: found)]:NAME: ' \
    '--layout=[how arrays hold an image: row by row, column by column, or a plane for each color]:rows|columns|planes:_heddle_values_5' \
    '--order=[how names are sorted where that decides labels (default: natural, 2 before 10; plain: 10 before 2)]:natural|plain:_heddle_values_6' \
    '--paper=[behind transparent images: black, white, grey, #RRGGBB (default: what shows them)]:COLOR: ' \
    '--maximum=[largest value of a pixel in the files, where it is not their format'\''s (4095 for 12 bits in 16)]:N: ' \
    '--max-megapixels=[image files may be as large (default: 67)]:X: ' \
    '--skip-bad=[image files that may be passed over if they do not decode (default: 0)]:N: ' \
    '--json[print one JSON document instead of a table]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:NAME:_heddle_values_1'
}

_heddle_data_show() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--allow-missing[go on without the files that a set of several lacks; the run records it]' \
    '--image-size=[size that images of files are brought to, or SIDE (default: their own; of mixed ones at most 64x64)]:HEIGHTxWIDTH: ' \
    '--fit=[how: cut off, leave black around, or change proportions (default: "pad")]:crop|pad|stretch:_heddle_values_3' \
    '--channels=[1 grey, 3 RGB, of images of files (default: grey if all are)]:1|3:_heddle_values_4' \
    '--label=[column that holds the class: first, last, or its name (default: found)]:NAME: ' \
    '--layout=[how arrays hold an image: row by row, column by column, or a plane for each color]:rows|columns|planes:_heddle_values_5' \
    '--order=[how names are sorted where that decides labels (default: natural, 2 before 10; plain: 10 before 2)]:natural|plain:_heddle_values_6' \
    '--paper=[behind transparent images: black, white, grey, #RRGGBB (default: what shows them)]:COLOR: ' \
    '--maximum=[largest value of a pixel in the files, where it is not their format'\''s (4095 for 12 bits in 16)]:N: ' \
    '--max-megapixels=[image files may be as large (default: 67)]:X: ' \
    '--skip-bad=[image files that may be passed over if they do not decode (default: 0)]:N: ' \
    '(-o --out)'{-o+,--out=}'[HTML file to write (default: the set'\''s name.html)]:FILE:_heddle_values_19' \
    '--per-class=[images of each class (default: three rows)]:N: ' \
    '--augment=[show images beside what augmentation makes of them]:PRESET|LIST:_heddle_values_32' \
    '--split=[split to show]:NAME:_heddle_values_33' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:NAME:_heddle_values_1'
}

_heddle_data_fetch() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--mirror=[folder on the web that holds the files, instead of the public ones]:URL: ' \
    '--no-progress[lines instead of a bar]' \
    '--json[print one JSON document instead of a table]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:NAME:_heddle_values_1'
}

_heddle_data_verify() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '--allow-missing[go on without the files that a set of several lacks; the run records it]' \
    '--image-size=[size that images of files are brought to, or SIDE (default: their own; of mixed ones at most 64x64)]:HEIGHTxWIDTH: ' \
    '--fit=[how: cut off, leave black around, or change proportions (default: "pad")]:crop|pad|stretch:_heddle_values_3' \
    '--channels=[1 grey, 3 RGB, of images of files (default: grey if all are)]:1|3:_heddle_values_4' \
    '--label=[column that holds the class: first, last, or its name (default: found)]:NAME: ' \
    '--layout=[how arrays hold an image: row by row, column by column, or a plane for each color]:rows|columns|planes:_heddle_values_5' \
    '--order=[how names are sorted where that decides labels (default: natural, 2 before 10; plain: 10 before 2)]:natural|plain:_heddle_values_6' \
    '--paper=[behind transparent images: black, white, grey, #RRGGBB (default: what shows them)]:COLOR: ' \
    '--maximum=[largest value of a pixel in the files, where it is not their format'\''s (4095 for 12 bits in 16)]:N: ' \
    '--max-megapixels=[image files may be as large (default: 67)]:X: ' \
    '--skip-bad=[image files that may be passed over if they do not decode (default: 0)]:N: ' \
    '--json[print one JSON document instead of a table]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:NAME:_heddle_values_1'
}

_heddle_data_help() {
  _arguments -s \
    '1::command:_heddle_values_34'
}

_heddle_profile() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--model=[net to profile on random input, or a run'\''s folder]:NET|RUN:_heddle_values_35' \
    '--batch-size=[samples per step (default: the run'\''s, or that of train)]:N|full:_heddle_values_10' \
    '--optimizer=[how gradients move weights (default: the run'\''s, or that of train)]:NAME:_heddle_values_11' \
    '--augment=[changes to training images (default: the run'\''s, or that of train)]:none|PRESET|LIST:_heddle_values_16' \
    '--dtype=[number format (default: the run'\''s, or that of train)]:f32|f64:_heddle_values_21' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--seconds=[time to measure for]:X: ' \
    '--trace=[write the steps as a Chrome trace, for ui.perfetto.dev or chrome://tracing]:FILE:_heddle_values_19' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]'
}

_heddle_bench() {
  local curcontext="$curcontext" state line
  local -a commands=(
    'step:Time one training step: gather, forward, backward, update, barriers.'
    'scaling:Time the same training step at several numbers of threads or processes.'
    'predict:Time a trained model'\''s answers, on one thread and random pixels.'
    'gemm:Time matrix products in the shapes of real nets, on one core.'
    'help:display help for command'
  )
  _arguments -C \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case ${line[1]} in
        step) _heddle_bench_step ;;
        scaling) _heddle_bench_scaling ;;
        predict) _heddle_bench_predict ;;
        gemm) _heddle_bench_gemm ;;
        help) _heddle_bench_help ;;
      esac
      ;;
  esac
}

_heddle_bench_step() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--model=[net whose step is timed, on random input]:NAME:_heddle_values_36' \
    '--batch-size=[samples per step, or full (default: 64)]:N|full:_heddle_values_10' \
    '--optimizer=[how gradients move weights (default: "adam")]:NAME:_heddle_values_11' \
    '--dtype=[number format (default: "f32")]:f32|f64:_heddle_values_21' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--seconds=[time to measure for, at each point]:X: ' \
    '--json[print one JSON document instead of a table]' \
    '--augment=[augment the images, as training would]:PRESET|LIST:_heddle_values_32' \
    '--layers[tell where the time goes: each operation of each layer, on the first rank]' \
    '(-h --help)'{-h,--help}'[display help for command]'
}

_heddle_bench_scaling() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--model=[net whose step is timed, on random input]:NAME:_heddle_values_36' \
    '--batch-size=[samples per step, or full (default: 64)]:N|full:_heddle_values_10' \
    '--optimizer=[how gradients move weights (default: "adam")]:NAME:_heddle_values_11' \
    '--dtype=[number format (default: "f32")]:f32|f64:_heddle_values_21' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--seconds=[time to measure for, at each point]:X: ' \
    '--json[print one JSON document instead of a table]' \
    '(-t --threads)'{-t+,--threads=}'[numbers of threads (default: powers of two up to every core)]:N,N,…: ' \
    '--processes=[numbers of processes under mpirun, 1 first; and what 2 to 64 machines would reach]:N,N,…: ' \
    '(-h --help)'{-h,--help}'[display help for command]'
}

_heddle_bench_predict() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--seconds=[time to measure for, at each number of images]:X: ' \
    '--weights=[of a run: of its best epoch, or after its last step (default: best)]:WEIGHTS:_heddle_values_29' \
    '--json[print one JSON document instead of a table]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN|FILE:_heddle_values_25'
}

_heddle_bench_gemm() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--dtype=[number format (default: "f32")]:f32|f64:_heddle_values_21' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--seconds=[time to measure each shape for]:X: ' \
    '--json[print one JSON document instead of a table]' \
    '(-h --help)'{-h,--help}'[display help for command]'
}

_heddle_bench_help() {
  _arguments -s \
    '1::command:_heddle_values_37'
}

_heddle_doctor() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--data-dir=[folder that holds the data sets'\'' folders]:DIR:_heddle_values_2' \
    '(-t --threads)'{-t+,--threads=}'[ranks, one thread each; auto: every core this process may use (default: "auto")]:N|auto:_heddle_values_22' \
    '--backend=[kernels: native C++, or the plain TypeScript reference (default: "auto")]:auto|native|reference:_heddle_values_23' \
    '--json[print one JSON document instead of a table]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1::RUN:_heddle_values_26'
}

_heddle_completion() {
  _arguments -s \
    '--quiet[no progress and no notes, only results and errors]' \
    '--no-color[no colors (also: NO_COLOR)]' \
    '--version[print the version]' \
    '(-h --help)'{-h,--help}'[display help for command]' \
    '1:SHELL:_heddle_values_38'
}

_heddle_help() {
  _arguments -s \
    '1::command:_heddle_values_39'
}

_heddle_npx() {
  if [[ ${words[2]} == heddle ]]; then
    shift words
    (( CURRENT-- ))
    _heddle
  else
    _default
  fi
}

if [[ ${funcstack[1]} == _heddle ]]; then
  _heddle "$@"
else
  compdef _heddle heddle
  # Where nothing else completes it: after "npx heddle".
  (( ${+_comps[npx]} )) || compdef _heddle_npx npx
fi
