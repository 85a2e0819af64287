// The Pod that runs images: the main container, its sidecars and programs of the host, in one
// network namespace, each container on a root file system that is thrown away.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/engine/event.h"
#include "builder/sandbox/sandbox.h"
#include "builder/snapshot/snapshot.h"
#include "builder/source/image_source.h"
#include "builder/store/store.h"
#include "smoke/pod.h"
#include "smoke/smoke_file.h"

namespace cooper::smoke {

struct PodImages {
  source::ResolvedImage main;
  std::map<std::string, source::ResolvedImage> sidecars;  // by the sidecar's name
};

struct PodTools {
  store::Store& store;
  sandbox::Probe probe;
  snapshot::Flavor flavor = snapshot::Flavor::overlay;
  std::string base_directory;  // absolute: where HostPaths and programs of the host begin
  engine::EventSink on_event;  // transfers of layers
  std::stop_token stop;        // kills everything
};

struct ContainerLog {
  std::string name;  // "main", or the sidecar's
  std::vector<std::string> lines;
};

class ImagePod final : public Pod {
 public:
  // `target` and `images` outlive the pod.
  ImagePod(const Target& target, const PodImages& images, PodTools tools);
  ~ImagePod() override;  // everything is killed, unmounted and removed

  // Sidecars in order, each awaited at its ready port, then the main container. Throws base::Error.
  void start();

  [[nodiscard]] ExecResult exec(const std::vector<std::string>& argv,
                                Milliseconds timeout) override;
  [[nodiscard]] HttpAnswer get(const HttpRequest& request, Milliseconds timeout) override;
  [[nodiscard]] bool wrote(const Pattern& pattern) override;
  void signal(int number) override;
  [[nodiscard]] std::optional<sandbox::ExitStatus> wait_for_end(Milliseconds timeout) override;
  [[nodiscard]] std::optional<std::string> lost_sidecar() override;
  [[nodiscard]] Clock::time_point now() override { return Clock::now(); }
  void pause(Milliseconds time) override;

  // The last lines of every container that wrote something. For the end of a run.
  [[nodiscard]] std::vector<ContainerLog> logs(std::size_t lines) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper::smoke
