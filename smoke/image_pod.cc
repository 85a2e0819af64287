#include "smoke/image_pod.h"

#include <fcntl.h>

#include <condition_variable>
#include <mutex>

#include "base/copy_tree.h"
#include "base/error.h"
#include "base/file_at.h"
#include "builder/engine/layer_pool.h"
#include "builder/plan/build_graph.h"
#include "registry/http/curl_transport.h"
#include "smoke/container_spec.h"
#include "smoke/host_process.h"
#include "smoke/output_log.h"
#include "smoke/pod_network.h"
#include "smoke/probe_client.h"
#include "smoke/step_runner.h"

namespace cooper::smoke {
namespace {

using base::Error;
using base::ErrorKind;

constexpr Milliseconds kReadyTime{30'000};
constexpr Milliseconds kReadyPause{20};
constexpr std::size_t kMaxExecOutput = 4U << 20;

// Ended in this order: process, then its root.
struct Container {
  std::string name;
  OutputLog log;
  std::vector<store::TempDirectory> copies;
  std::optional<snapshot::WritableRoot> root;
  std::optional<sandbox::Running> running;
  std::optional<HostProcess> program;

  [[nodiscard]] std::optional<sandbox::ExitStatus> ended() {
    if (program) return program->ended();
    if (!running) return std::nullopt;
    return running->wait_for(Milliseconds(0));
  }
  void kill() {
    if (program) program->kill();
    if (running) running->kill();
  }
};

void add_image(engine::LayerPool& layers, const source::ResolvedImage& image) {
  layers.add_base({image.name, {}, image.manifest, image.layers, image.config}, image.blobs);
}

}  // namespace

struct ImagePod::State {
  State(const Target& target_, const PodImages& images_, PodTools tools_)
      : target(target_),
        images(images_),
        tools(std::move(tools_)),
        layers(tools.store, tools.on_event),
        snapshots(tools.store, tools.flavor,
                  [this](const std::string& line) { layers.tell(line); }),
        network(tools.probe.mode != sandbox::Mode::chroot) {
    if (!network.is_own())
      tools.on_event(engine::Remark{
          "the containers share this machine's network: there is none of their own"});
    add_image(layers, images.main);
    for (const auto& [name, image] : images.sidecars) add_image(layers, image);
  }

  void refuse_stopped() const {
    if (tools.stop.stop_requested())
      throw Error(ErrorKind::cancelled, "test", images.main.name, "it was stopped");
  }
  Container& new_container(const std::string& name);
  void start_image(Container& container, const source::ResolvedImage& image,
                   const ContainerSettings& settings);
  void start_program(Container& container, const Sidecar& sidecar);
  void copy_mounts(Container& container, sandbox::SandboxSpec& spec) const;
  void await_port(Container& container, std::uint16_t port);
  void kill_all();

  const Target& target;
  const PodImages& images;
  PodTools tools;
  engine::LayerPool layers;
  snapshot::Snapshots snapshots;
  MountPlaces places;
  http::CurlTransport transport{http::CurlOptions{}};
  std::mutex waiting;
  std::condition_variable_any never;
  PodNetwork network;
  std::mutex mutex;  // guards the list, not what is in it
  std::vector<std::unique_ptr<Container>> containers;
  Container* main = nullptr;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

Container& ImagePod::State::new_container(const std::string& name) {
  refuse_stopped();
  auto container = std::make_unique<Container>();
  container->name = name;
  const std::lock_guard guard(mutex);
  containers.push_back(std::move(container));
  return *containers.back();
}

void ImagePod::State::start_image(Container& container, const source::ResolvedImage& image,
                                  const ContainerSettings& settings) {
  sandbox::SandboxSpec spec =
      make_container_spec(container.name, image.config.config, settings, places);
  const auto blob = [this](const oci::DiffId& id) { return layers.blob(id, tools.stop); };
  container.root.emplace(snapshots.create(image.config.diff_ids, blob, tools.stop));
  spec.root = container.root->spec();
  if (network.is_own()) {
    spec.network = sandbox::NetworkMode::join;
    spec.network_of = network.id();
  } else {
    copy_mounts(container, spec);
  }
  sandbox::Running running = sandbox::start(
      spec, tools.probe,
      [&log = container.log](int stream, std::string_view bytes) { log.add(stream, bytes); });
  const std::lock_guard guard(mutex);
  container.running.emplace(std::move(running));
}

// Where nothing can be mounted a mount is a copy, which is moved to its place.
void ImagePod::State::copy_mounts(Container& container, sandbox::SandboxSpec& spec) const {
  for (sandbox::SpecMount& mount : spec.mounts) {
    auto* bind = std::get_if<sandbox::BindMount>(&mount);
    if (bind == nullptr) continue;
    if (!bind->overlay_lowers.empty()) bind->root = bind->overlay_lowers.front();
    bind->overlay_lowers.clear();
    const base::Fd top = base::open_host(bind->root, O_PATH);
    const base::Fd source = bind->source.empty()
                                ? top.duplicate()
                                : base::open_in_root(top.get(), bind->source, O_PATH);
    container.copies.push_back(tools.store.new_temp_directory());
    bind->root = container.copies.back().path();
    bind->source = "copy";
    bind->movable = true;
    base::copy_opened(source.get(), container.copies.back().fd(), bind->source);
  }
}

void ImagePod::State::start_program(Container& container, const Sidecar& sidecar) {
  std::vector<std::string> env{std::string("PATH=") + kHostPath, "HOME=/"};
  for (const auto& [name, value] : sidecar.settings.env) oci::set_env(env, name, value);
  const base::Fd directory = base::open_host_directory(tools.base_directory);
  const std::lock_guard guard(mutex);
  container.program.emplace(
      network, sidecar.host_command, env, directory.get(),
      [&log = container.log](int stream, std::string_view bytes) { log.add(stream, bytes); });
}

void ImagePod::State::await_port(Container& container, std::uint16_t port) {
  const auto deadline = Clock::now() + kReadyTime;
  while (!network.accepts(port)) {
    refuse_stopped();
    const std::string name = "port " + std::to_string(port) + " of " + container.name;
    if (const auto status = container.ended()) {
      throw Error(ErrorKind::failure, "wait for", name, "it ended with " + describe(*status));
    }
    if (Clock::now() >= deadline)
      throw Error(ErrorKind::failure, "wait for", name, "nothing listens after 30 s");
    std::unique_lock lock(waiting);
    never.wait_for(lock, tools.stop, kReadyPause, [] { return false; });
  }
}

void ImagePod::State::kill_all() {
  const std::lock_guard guard(mutex);
  for (const auto& container : containers) container->kill();
}

ImagePod::ImagePod(const Target& target, const PodImages& images, PodTools tools)
    : state_(std::make_unique<State>(target, images, std::move(tools))) {
  state_->on_stop.emplace(state_->tools.stop, [state = state_.get()] { state->kill_all(); });
}

ImagePod::~ImagePod() {
  state_->on_stop.reset();
  state_->kill_all();
  state_->containers.clear();
}

void ImagePod::start() {
  State& pod = *state_;
  const auto blob = [&pod](const oci::DiffId& id) { return pod.layers.blob(id, pod.tools.stop); };
  pod.places.base_directory = pod.tools.base_directory;
  pod.places.main_layers = snapshot::overlay_lowers(
      pod.snapshots.layers().stack(pod.images.main.config.diff_ids, blob, pod.tools.stop));
  for (const Sidecar& sidecar : pod.target.sidecars) {
    Container& container = pod.new_container(sidecar.name);
    if (sidecar.image.empty()) {
      pod.start_program(container, sidecar);
    } else {
      pod.start_image(container, pod.images.sidecars.at(sidecar.name), sidecar.settings);
    }
    if (sidecar.ready_port) pod.await_port(container, *sidecar.ready_port);
  }
  Container& main = pod.new_container("main");
  pod.start_image(main, pod.images.main, pod.target.settings);
  pod.main = &main;
  pod.refuse_stopped();
}

ExecResult ImagePod::exec(const std::vector<std::string>& argv, Milliseconds timeout) {
  ExecResult result;
  const auto keep = [&result](int, std::string_view bytes) {
    if (result.output.size() < kMaxExecOutput)
      result.output += bytes.substr(0, kMaxExecOutput - result.output.size());
  };
  try {
    result.status = state_->main->running->exec(argv, {}, keep, timeout);
  } catch (const Error&) {
    state_->refuse_stopped();
    throw;
  }
  return result;
}

HttpAnswer ImagePod::get(const HttpRequest& request, Milliseconds timeout) {
  return get_in_network(state_->network, state_->transport, request, timeout, state_->tools.stop);
}

bool ImagePod::wrote(const Pattern& pattern) { return state_->main->log.matches(pattern); }

void ImagePod::signal(int number) {
  const int stop = stop_signal_of(state_->images.main.config.config);
  state_->main->running->signal(number == 0 ? stop : number);
}

std::optional<sandbox::ExitStatus> ImagePod::wait_for_end(Milliseconds timeout) {
  const auto status = state_->main->running->wait_for(timeout);
  state_->refuse_stopped();
  if (status) state_->main->log.finish();
  return status;
}

std::optional<std::string> ImagePod::lost_sidecar() {
  for (const auto& container : state_->containers) {
    if (container.get() == state_->main) continue;
    if (const auto status = container->ended()) {
      return "sidecar " + container->name + " ended with " + describe(*status);
    }
  }
  return std::nullopt;
}

void ImagePod::pause(Milliseconds time) {
  std::unique_lock lock(state_->waiting);
  state_->never.wait_for(lock, state_->tools.stop, time, [] { return false; });
  state_->refuse_stopped();
}

std::vector<ContainerLog> ImagePod::logs(std::size_t lines) const {
  std::vector<ContainerLog> result;
  for (const auto& container : state_->containers) {
    container->log.finish();
    ContainerLog log{container->name, container->log.last_lines(lines)};
    if (!log.lines.empty()) result.push_back(std::move(log));
  }
  return result;
}

}  // namespace cooper::smoke
