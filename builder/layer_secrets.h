// No secret is published by mistake: what was found in the layers that were made here, and in the
// images' configurations, stops every export to a registry before a byte is sent.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "builder/build.h"
#include "builder/engine/layer_pool.h"
#include "builder/finish_images.h"
#include "builder/layer/secret_patterns.h"

namespace cooper {

// What the layers of builds with these secrets are looked through for.
[[nodiscard]] std::shared_ptr<const layer::SecretPatterns> secret_patterns(
    const store::Store& store, const std::map<std::string, std::string>& secrets);

// Throws base::Error(denied) naming file, layer and step when something is to be published and a
// secret was found in it; tells a remark instead when nothing is, or request.allow_secrets. Layers
// of base images are their makers' affair; so are those of a shared cache that are not here.
void check_secrets(const BuildRequest& request, const BuildTools& tools, const FinishedSteps& steps,
                   const engine::LayerPool& layers, std::span<const export_::Image> images,
                   std::stop_token stop);

// The same for an image that is sent as it is: what the store's records of its layers say. Throws
// base::Error(denied).
void check_stored_secrets(const store::Store& store, const export_::Image& image);
void check_stored_secrets(const store::Store& store, const std::string& name,
                          std::span<const oci::DiffId> layers);

}  // namespace cooper
