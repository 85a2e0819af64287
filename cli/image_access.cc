#include "cli/image_access.h"

#include <iostream>

#include "base/error.h"
#include "cli/build_summary.h"
#include "oci/reference.h"
#include "registry/parallel.h"

namespace cooper::cli {
namespace {

constexpr unsigned kTransfersAtOnce = 4;
constexpr std::string_view kStorePrefix = "cooper-store:";

}  // namespace

oci::Platform wanted_platform(const std::string& location, const std::string& text,
                              const store::Store& store) {
  if (!text.empty()) return oci::parse_platform(text, host_platform());
  if (!location.starts_with(kStorePrefix)) return host_platform();
  const auto found = store.find_image(location.substr(kStorePrefix.size()));
  return found && found->platform ? *found->platform : host_platform();
}

source::ResolvedImage resolve_image(Session& session, const std::string& location,
                                    const std::string& platform, std::stop_token stop) {
  const oci::Platform wanted = wanted_platform(location, platform, session.store);
  return session.network.open_source(location, session.store)->resolve(wanted, std::move(stop));
}

void add_layers(engine::LayerPool& pool, const source::ResolvedImage& image) {
  pool.add_base({image.name, {}, image.manifest, image.layers, image.config, 0}, image.blobs);
}

void fetch_image(Session& session, const source::ResolvedImage& image,
                 const engine::EventSink& events, std::stop_token stop) {
  engine::LayerPool pool(session.store, events);
  add_layers(pool, image);
  registry::for_each_parallel(
      image.layers.size(), kTransfersAtOnce, stop,
      [&](std::size_t i, const std::stop_token& inner) { pool.fetch(image.layers[i], inner); });
  session.store.put_blob(image.config_bytes);
  session.store.put_blob(image.manifest_bytes);
}

engine::EventSink transfer_lines(const char* verb) {
  return engine::with_remarks_once([verb](const engine::Event& event) {
    if (const auto* remark = std::get_if<engine::Remark>(&event))
      std::cerr << base::printable(remark->text) + "\n" << std::flush;
    const auto* transfer = std::get_if<engine::Transfer>(&event);
    if (transfer == nullptr || transfer->done != transfer->total) return;
    const std::string line = std::string(verb) + " " + base::printable(transfer->what) + " (" +
                             size_text(transfer->total) + ")\n";
    std::cerr << line << std::flush;
  });
}

}  // namespace cooper::cli
