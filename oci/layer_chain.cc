#include "oci/layer_chain.h"

#include <algorithm>

namespace cooper::oci {

LayerChain::LayerChain(const std::vector<DiffId>& layers) {
  for (const DiffId& layer : layers) *this = with(layer);
}

// Link by link: thousands that each destroy the next would use up the thread's stack. Nothing is
// changed in a link, which another thread may be reading.
LayerChain::~LayerChain() {
  while (top_ != nullptr) {
    const std::weak_ptr<const Link> link = top_;
    top_ = std::shared_ptr(top_->below);
    if (!link.expired()) return;  // it is another chain's too, and so is what is below
  }
}

LayerChain LayerChain::with(const DiffId& layer) const {
  LayerChain chain;
  chain.top_ = std::make_shared<const Link>(Link{layer, chain_id(id(), layer), top_});
  return chain;
}

std::optional<ChainId> LayerChain::id() const {
  if (empty()) return std::nullopt;
  return top_->id;
}

std::vector<DiffId> LayerChain::list() const {
  std::vector<DiffId> layers;
  for (const Link* link = top_.get(); link != nullptr; link = link->below.get())
    layers.push_back(link->layer);
  std::reverse(layers.begin(), layers.end());
  return layers;
}

}  // namespace cooper::oci
