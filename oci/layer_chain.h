// A stack of layers as a value. One that was made by putting a layer on another shares that one, so
// the stacks of all steps of a build take the room of one layer each, and the ChainID of each is
// made once. Immutable; copies may be used by several threads.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "oci/digest.h"

namespace cooper::oci {

class LayerChain {
 public:
  LayerChain() = default;                                  // the empty stack
  explicit LayerChain(const std::vector<DiffId>& layers);  // lowest first
  LayerChain(const LayerChain&) = default;
  LayerChain(LayerChain&&) noexcept = default;
  LayerChain& operator=(LayerChain other) noexcept {
    std::swap(top_, other.top_);
    return *this;
  }
  ~LayerChain();

  [[nodiscard]] LayerChain with(const DiffId& layer) const;
  [[nodiscard]] bool empty() const noexcept { return top_ == nullptr; }
  // The highest layer. The stack is not empty.
  [[nodiscard]] const DiffId& top() const { return top_->layer; }
  [[nodiscard]] std::optional<ChainId> id() const;
  // All of them, lowest first.
  [[nodiscard]] std::vector<DiffId> list() const;

 private:
  struct Link {
    DiffId layer;
    ChainId id;
    std::shared_ptr<const Link> below;
  };
  std::shared_ptr<const Link> top_;
};

}  // namespace cooper::oci
