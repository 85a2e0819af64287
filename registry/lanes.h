// How many transfers run side by side: a number at first, one at a time from the moment the
// registry got into trouble (some cannot take two uploads at once). Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace cooper::registry {

class Lanes {
 public:
  explicit Lanes(unsigned count) : count_(count) {}

  // Holds a lane for its life.
  class Lane {
   public:
    explicit Lane(Lanes& lanes) : lanes_(lanes) {}
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;
    ~Lane() { lanes_.leave(); }

   private:
    Lanes& lanes_;
  };

  // Waits for a free lane. Throws base::Error(cancelled).
  [[nodiscard]] Lane enter(const std::stop_token& stop);
  void narrow();  // to one lane, for good
  [[nodiscard]] unsigned count() const;

 private:
  void leave();

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  unsigned count_;
  unsigned used_ = 0;
};

}  // namespace cooper::registry
