#include "builder/shared_caches.h"

#include <algorithm>
#include <ctime>
#include <set>

#include "base/error.h"
#include "base/file_at.h"
#include "base/trace.h"
#include "builder/export/image_blobs.h"
#include "builder/layer/layer_forms.h"
#include "builder/share/cache_writer.h"
#include "builder/share/mount_archive.h"

namespace cooper {
namespace {

using base::Error;
using base::ErrorKind;
using share::CacheLocation;

std::set<plan::StepId> steps_below(const plan::BuildGraph& graph, plan::StepId result) {
  std::set<plan::StepId> found;
  std::vector<plan::StepId> open{result};
  while (!open.empty()) {
    const plan::StepId step = open.back();
    open.pop_back();
    if (!found.insert(step).second) continue;
    for (const plan::StepId input : plan::inputs_of(graph.steps[step])) open.push_back(input);
  }
  return found;
}

// What goes into one cache: the steps of all targets that name it.
class Collector {
 public:
  Collector(const BuildRequest& request, const BuildTools& tools, const FinishedSteps& steps,
            const cache::UsedSteps& used, engine::LayerPool& layers,
            const engine::EventSink& events)
      : request_(request),
        tools_(tools),
        steps_(steps),
        used_(used),
        layers_(layers),
        events_(events) {
    update_.now = static_cast<std::int64_t>(::time(nullptr));
  }

  void add_target(const CacheLocation& location, const plan::TargetImage& target) {
    const std::vector<oci::DiffId> image = steps_.results[target.result].layers.list();
    const std::set<oci::DiffId> of_image(image.begin(), image.end());
    for (const plan::StepId step : steps_below(steps_.graph, target.result)) {
      for (const cache::StepRecord& record : used_.of(step)) {
        add_record(record, location.all_steps || of_image.contains(record.diff_id));
      }
      if (location.mounts) {
        for (const auto& [id, directory] : used_.mounts_of(step)) mounts_[id] = directory;
      }
    }
  }

  share::CacheUpdate take(const CacheLocation& location) {
    std::uint64_t room = location.mount_limit;
    for (const auto& [id, directory] : mounts_) add_mount(id, directory, room);
    update_.keep_seconds = location.keep_seconds;
    return std::move(update_);
  }

 private:
  void remark(const std::string& text) { events_(engine::Remark{text}); }

  [[nodiscard]] std::optional<oci::Descriptor> blob_of(const oci::DiffId& layer) const {
    std::optional<oci::Descriptor> any;
    if (const auto record = layer::find_layer(tools_.store, layer)) {
      for (const oci::Descriptor& form : record->blobs) {
        if (!tools_.store.verify_blob(form.digest)) continue;
        if (layer::is_of_form(form, request_.layers.compression)) return form;
        if (!any) any = form;
      }
    }
    return any ? any : layers_.base_descriptor(layer);
  }

  void add_blob(const oci::DiffId& layer, const oci::Descriptor& blob) {
    share::CacheBlob entry{
        blob,
        [this_store = &tools_.store, blob](std::uint64_t offset) {
          return export_::open_blob_at(*this_store, blob, offset);
        },
        [pool = &layers_, blob](std::stop_token stop) { pool->fetch(blob, std::move(stop)); }};
    update_.blobs.insert_or_assign(layer, std::move(entry));
  }

  // Without its layer too it spares other machines the step, as long as nobody needs its files.
  void add_record(const cache::StepRecord& record, bool with_layer) {
    const auto blob = with_layer ? blob_of(record.diff_id) : std::nullopt;
    if (!blob) return cache::name_step(update_.fresh, record, update_.now);
    cache::add_step(update_.fresh, record, *blob, update_.now);
    add_blob(record.diff_id, *blob);
  }

  void add_mount(const std::string& id, const std::string& directory, std::uint64_t& room) {
    const auto lock = tools_.store.try_lock("mount", directory);
    if (!lock) return remark("the cache mount '" + id + "' is not saved: it is in use");
    try {
      const base::Fd mounts = tools_.store.directory("mounts");
      const base::Fd files = base::open_at(mounts.get(), directory, O_RDONLY | O_DIRECTORY);
      const std::uint64_t bytes = share::mount_bytes(files.get());
      if (bytes == 0) return;
      if (bytes > room) {
        return remark("the cache mount '" + id + "' is not saved: its " + std::to_string(bytes) +
                      " bytes are more than mount-size leaves (" + std::to_string(room) + ")");
      }
      layer::LayerOptions options = request_.layers;
      options.clamp_mtime.reset();
      const layer::WrittenLayer written = share::archive_mount(tools_.store, files.get(), options);
      room -= bytes;
      update_.fresh.mounts.insert_or_assign(id, cache::SharedMount{written.diff_id, update_.now});
      update_.fresh.layers.insert_or_assign(written.diff_id, written.blob);
      add_blob(written.diff_id, written.blob);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      remark("the cache mount '" + id + "' is not saved: " + error.what());
    }
  }

  const BuildRequest& request_;
  const BuildTools& tools_;
  const FinishedSteps& steps_;
  const cache::UsedSteps& used_;
  engine::LayerPool& layers_;
  const engine::EventSink& events_;
  share::CacheUpdate update_;
  std::map<std::string, std::string> mounts_;
};

// Every place once, in the order of the targets.
std::vector<CacheLocation> places(const BuildRequest& request,
                                  std::vector<CacheLocation> BuildTarget::*list) {
  std::vector<CacheLocation> all;
  for (const BuildTarget& target : request.targets) {
    for (const CacheLocation& location : target.*list) {
      if (std::find(all.begin(), all.end(), location) == all.end()) all.push_back(location);
    }
  }
  return all;
}

std::string summary(const CacheLocation& location, const share::UpdateReport& report) {
  if (!report.written) return "cache " + location.name + ": it has everything already";
  std::string text =
      "cache " + location.name + ": " + std::to_string(report.steps) + " steps added";
  if (report.mounts > 0) text += ", " + std::to_string(report.mounts) + " cache mounts";
  if (!report.not_removed.empty()) text += "; what is old was not removed: " + report.not_removed;
  return text;
}

}  // namespace

SharedCaches::SharedCaches(const BuildRequest& request, const BuildTools& tools,
                           engine::EventSink events, std::stop_token stop)
    : request_(request), tools_(tools), events_(std::move(events)), stop_(std::move(stop)) {
  std::vector<share::SharedSteps::Place> all;
  for (const CacheLocation& location : places(request, &BuildTarget::cache_from)) {
    all.push_back(
        {location.name, [this, location] { return tools_.open_cache(location); }, location.mounts});
  }
  if (all.empty()) return;
  steps_ = std::make_unique<share::SharedSteps>(
      std::move(all), [this](const std::string& text) { events_(engine::Remark{text}); }, stop_);
}

bool SharedCaches::give_up(const Error& error, engine::LayerPool& layers) {
  if (!steps_ || error.kind() == ErrorKind::cancelled) return false;
  if (layers.named_needed()) {
    steps_->forget_names();
    layers.forget_named();
    used_.forget();
    events_(
        engine::Remark{"files of a stage are needed whose results the cache only names (mode=min): "
                       "it runs again"});
    return true;
  }
  if (!layers.has_shared()) return false;
  const std::string failure = layers.shared_failure();
  // Bytes that are not the layer they are said to be have no failure of their own.
  if (failure.empty() && error.kind() != ErrorKind::corrupt) return false;
  if (error.kind() == ErrorKind::step_failed) return false;
  events_(engine::Remark{"a layer of a cache cannot be had, the build goes on without caches: " +
                         (failure.empty() ? error.what() : failure)});
  steps_->disable();
  layers.forget_shared();
  used_.forget();
  return true;
}

void SharedCaches::keep_taken(cache::StepCache& cache, engine::LayerPool& layers) {
  for (const cache::StepRecord& record : used_.taken()) {
    const auto blob = layers.base_descriptor(record.diff_id);
    if (blob && !tools_.store.has_blob(blob->digest)) continue;
    try {
      if (blob && !layer::find_layer(tools_.store, record.diff_id))
        static_cast<void>(layers.index(record.diff_id, stop_));  // checks the DiffId
      cache.put(record);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      events_(engine::Remark{"a layer of a cache is not kept: " + std::string(error.what())});
    }
  }
}

void SharedCaches::save(const FinishedSteps& steps, engine::LayerPool& layers) {
  for (const CacheLocation& location : places(request_, &BuildTarget::cache_to)) {
    if (location.kind == CacheLocation::Kind::embedded) continue;  // the images have it
    const base::Span span("upload", "cache " + location.name);
    try {
      Collector collector(request_, tools_, steps, used_, layers, events_);
      for (std::size_t i = 0; i < steps.graph.targets.size(); ++i) {
        const auto& wanted = request_.targets[steps.owners[i]].cache_to;
        if (std::find(wanted.begin(), wanted.end(), location) != wanted.end())
          collector.add_target(location, steps.graph.targets[i]);
      }
      const std::unique_ptr<share::CacheDepot> depot = tools_.open_cache(location);
      events_(engine::Remark{
          summary(location, share::update_cache(*depot, collector.take(location), stop_))});
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled || !location.ignore_error) throw;
      events_(engine::Remark{"the cache " + location.name + " was not written: " + error.what()});
    }
  }
}

cache::SharedCache image_cache(const cache::UsedSteps& used, const plan::BuildGraph& graph,
                               plan::StepId result, const std::vector<oci::DiffId>& layers,
                               const std::vector<oci::Descriptor>& blobs) {
  cache::SharedCache cache;
  for (const plan::StepId step : steps_below(graph, result)) {
    for (const cache::StepRecord& record : used.of(step)) {
      const auto place = std::find(layers.begin(), layers.end(), record.diff_id);
      if (place != layers.end())
        cache::add_step(cache, record, blobs[static_cast<std::size_t>(place - layers.begin())], 0);
    }
  }
  return cache;
}

}  // namespace cooper
