// While it lives a build says what it waits for when another step or build is at it for long, or
// was stopped there.
#pragma once

#include "builder/engine/event.h"
#include "builder/store/store.h"

namespace cooper {

class ToldWaits {
 public:
  // Both outlive the result.
  ToldWaits(const store::Store& store, const engine::EventSink& events);
  ToldWaits(const ToldWaits&) = delete;
  ToldWaits& operator=(const ToldWaits&) = delete;
  ~ToldWaits() { store_.on_long_wait({}); }

 private:
  const store::Store& store_;
};

}  // namespace cooper
