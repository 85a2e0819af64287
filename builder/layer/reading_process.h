// A process that reads bytes from outside for the builder (layer_process.h): started, spoken to,
// and ended when this is.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "builder/sandbox/launcher.h"
#include "builder/sandbox/message.h"

namespace cooper::layer {

class ReadingProcess {
 public:
  ReadingProcess();
  ReadingProcess(const ReadingProcess&) = delete;
  ReadingProcess& operator=(const ReadingProcess&) = delete;
  ~ReadingProcess();

  [[nodiscard]] int control() const { return launched_.control.get(); }
  // Ends it now; for any thread.
  void kill() const;
  // It ends by itself after its last message.
  void wait() const;

 private:
  sandbox::Launched launched_;
};

// The body of its kFinished. Throws what a kFailed reports; Error(failure) naming `what` and `name`
// when it ended otherwise.
[[nodiscard]] std::string finished_body(const std::optional<sandbox::Message>& message,
                                        const std::string& what, const std::string& name);

}  // namespace cooper::layer
