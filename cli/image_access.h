// Images by the names people give them: resolved, and their layers fetched into the store.
#pragma once

#include <stop_token>
#include <string>

#include "builder/engine/layer_pool.h"
#include "builder/export/image_export.h"
#include "builder/source/image_source.h"
#include "cli/session.h"

namespace cooper::cli {

// The platform an image of the store was tagged with, else this machine's; `text` (of --platform)
// goes before both.
[[nodiscard]] oci::Platform wanted_platform(const std::string& location, const std::string& text,
                                            const store::Store& store);

// `location` as Network::open_source takes it. Throws base::Error.
[[nodiscard]] source::ResolvedImage resolve_image(Session& session, const std::string& location,
                                                  const std::string& platform,
                                                  std::stop_token stop);

// Makes the image's layers known to `pool`; nothing is fetched.
void add_layers(engine::LayerPool& pool, const source::ResolvedImage& image);

// Every blob of the image into the store, verified; missing ones are fetched, some at a time.
void fetch_image(Session& session, const source::ResolvedImage& image,
                 const engine::EventSink& events, std::stop_token stop);

// Tells on stderr what was fetched or sent, and remarks, a line each.
[[nodiscard]] engine::EventSink transfer_lines(const char* verb);

}  // namespace cooper::cli
