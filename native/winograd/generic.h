// Which Winograd kernels run the generic ones.
#pragma once
#include "isa/isa.h"
#include "op.h"

namespace heddle::generic {

template <class T> void winograd(const Word*, const Step&);
template <class T> void winograd_filters(const Word*, const Step&);
template <class T> void winograd_input_gradient(const Word*, const Step&);
template <class T> void winograd_update(const Word*, const Step&);
template <class T> void winograd_weight_gradient(const Word*, const Step&);

}  // namespace heddle::generic

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Kernels in f64 exist for completeness: plans use direct convolution there. Every instruction set runs the generic
// ones.
template <class T> constexpr bool winograd_in_vectors = sizeof(T) == sizeof(float) || Reg<T>::width == 1;

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
