#include "builder/told_waits.h"

namespace cooper {
namespace {

std::string text_of(std::string_view kind, const std::string& name) {
  constexpr std::size_t kShort = 12;
  const std::string what = "sha256:" + name.substr(0, kShort);
  if (kind == "snapshot") return "the files of " + what + " are being unpacked already";
  if (kind == "blob") return what + " is being fetched already";
  return "the " + std::string(kind) + " " + name + " is in use";
}

}  // namespace

ToldWaits::ToldWaits(const store::Store& store, const engine::EventSink& events) : store_(store) {
  store.on_long_wait([&events](std::string_view kind, const std::string& name) {
    events(engine::Remark{"waiting: " + text_of(kind, name)});
  });
}

}  // namespace cooper
