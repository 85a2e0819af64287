#include "builder/engine/event.h"

#include <memory>
#include <mutex>
#include <set>

namespace cooper::engine {

EventSink with_remarks_once(EventSink sink) {
  struct Told {
    std::mutex mutex;
    std::set<std::string> texts;
  };
  return [sink = std::move(sink), told = std::make_shared<Told>()](const Event& event) {
    if (const auto* remark = std::get_if<Remark>(&event)) {
      const std::lock_guard guard(told->mutex);
      if (!told->texts.insert(remark->text).second) return;
    }
    sink(event);
  };
}

}  // namespace cooper::engine
