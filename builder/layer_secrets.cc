#include "builder/layer_secrets.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/random_name.h"
#include "builder/layer/secret_scan.h"

namespace cooper {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kShown = 10;
constexpr const char* kSaltKind = "upkeep";  // is not collected
constexpr const char* kSalt = "scan-salt";

// "holds a private key in /root/.ssh/id_ed25519"
std::string text_of(const layer::SecretFinding& finding) {
  return finding.what + " in /" + finding.path;
}

std::string text_of(const std::vector<layer::SecretFinding>& findings) {
  std::string text;
  for (std::size_t i = 0; i < findings.size() && i < kShown; ++i)
    text += (i == 0 ? "" : ", ") + text_of(findings[i]);
  if (findings.size() > kShown)
    text += ", and " + std::to_string(findings.size() - kShown) + " more";
  return text;
}

Error refusal(const std::string& thing, const std::string& cause) {
  return Error(ErrorKind::denied, "publish", thing, cause)
      .with_hint(
          "a later step cannot take it out again: leave it out by .dockerignore, or give it to the "
          "step with RUN --mount=type=secret; --allow-secret-in-layer publishes it all the same");
}

struct Found {
  std::string thing, cause;
  base::SourceSpot spot;
};

bool is_published(const BuildTarget& target) {
  const auto to_registry = [](const export_::Destination& one) {
    return one.kind == export_::Kind::registry;
  };
  const auto cache_leaves = [](const share::CacheLocation& one) {
    return one.kind != share::CacheLocation::Kind::embedded;
  };
  return std::any_of(target.outputs.begin(), target.outputs.end(), to_registry) ||
         std::any_of(target.cache_to.begin(), target.cache_to.end(), cache_leaves);
}

// Steps by the layer they made.
std::map<oci::DiffId, plan::StepId> makers_of(const FinishedSteps& steps) {
  std::map<oci::DiffId, plan::StepId> makers;
  for (const plan::Step& step : steps.graph.steps) {
    const auto& layers = steps.results[step.id].layers;
    if (!layers.empty() && step.parent) makers.emplace(layers.top(), step.id);
  }
  return makers;
}

class Search {
 public:
  Search(const BuildRequest& request, const BuildTools& tools, const FinishedSteps& steps,
         const engine::LayerPool& layers, std::stop_token stop)
      : request_(request),
        tools_(tools),
        steps_(steps),
        layers_(layers),
        stop_(std::move(stop)),
        makers_(makers_of(steps)) {}

  void look(const export_::Image& image) {
    for (const export_::Image& child : image.children) look(child);
    if (!image.children.empty()) return;
    for (const oci::DiffId& layer : image.config.diff_ids) look(layer);
    const auto whole = image.config_bytes.size();
    for (const std::string& what : request_.layers.secrets->find(
             image.config_bytes, whole, layer::SecretPatterns::Scope::all)) {
      found.push_back({"the image" + (image.name.empty() ? "" : " of " + image.name),
                       "its configuration (ENV, ARG, LABEL or a command) holds " + what,
                       {}});
    }
  }

  std::vector<Found> found;

 private:
  void look(const oci::DiffId& layer) {
    const auto maker = makers_.find(layer);
    if (maker == makers_.end() || !seen_.insert(layer).second) return;
    if (layers_.base_descriptor(layer) && !layers_.is_shared(layer)) return;
    const auto findings =
        layer::secrets_in_layer(tools_.store, layer, request_.layers.secrets, stop_);
    if (findings.empty()) return;
    const plan::Step& step = steps_.graph.steps[maker->second];
    found.push_back({step.label,
                     "its layer " + layer.to_string().substr(0, 19) + " holds " + text_of(findings),
                     {step.file_name, step.where.first_line, 1, 0, ""}});
  }

  const BuildRequest& request_;
  const BuildTools& tools_;
  const FinishedSteps& steps_;
  const engine::LayerPool& layers_;
  std::stop_token stop_;
  std::map<oci::DiffId, plan::StepId> makers_;
  std::set<oci::DiffId> seen_;
};

}  // namespace

std::shared_ptr<const layer::SecretPatterns> secret_patterns(
    const store::Store& store, const std::map<std::string, std::string>& secrets) {
  auto salt = store.read_record(kSaltKind, kSalt);
  if (!salt) {
    salt = base::random_name();
    store.write_record(kSaltKind, kSalt, *salt);
  }
  return std::make_shared<const layer::SecretPatterns>(secrets, *salt);
}

void check_secrets(const BuildRequest& request, const BuildTools& tools, const FinishedSteps& steps,
                   const engine::LayerPool& layers, std::span<const export_::Image> images,
                   std::stop_token stop) {
  Search search(request, tools, steps, layers, std::move(stop));
  bool published = false;
  for (std::size_t i = 0; i < images.size(); ++i) {
    published = published || is_published(request.targets[i]);
    search.look(images[i]);
  }
  if (search.found.empty()) return;
  if (published && !request.allow_secrets) {
    const Found& first = search.found.front();
    Error error = refusal(first.thing, first.cause);
    if (first.spot.line > 0) error.with_spot(first.spot);
    throw error;
  }
  for (const Found& one : search.found)
    tools.on_event(engine::Remark{"warning: " + one.thing + ": " + one.cause});
}

void check_stored_secrets(const store::Store& store, const export_::Image& image) {
  for (const export_::Image& child : image.children) check_stored_secrets(store, child);
  check_stored_secrets(store, image.tags.empty() ? image.name : image.tags.front(),
                       image.config.diff_ids);
}

void check_stored_secrets(const store::Store& store, const std::string& name,
                          std::span<const oci::DiffId> layers) {
  for (const oci::DiffId& layer : layers) {
    const auto record = layer::find_layer(store, layer);
    if (!record || !record->scan || record->scan->findings.empty()) continue;
    throw refusal(name, "its layer " + layer.to_string().substr(0, 19) + " holds " +
                            text_of(record->scan->findings));
  }
}

}  // namespace cooper
