#include "builder/engine/scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"

namespace cooper::engine {
namespace {

// The state of one execution. `mutex_` guards everything but `results_`, whose elements are each
// written once, before the steps that read them become ready.
class Execution {
 public:
  Execution(const plan::BuildGraph& graph, StepExecutor& executor, const EventSink& events,
            std::stop_token stop)
      : graph_(graph),
        executor_(executor),
        events_(events),
        results_(graph.steps.size()),
        waiting_for_(graph.steps.size()),
        readers_(graph.steps.size()),
        unfinished_(graph.steps.size()),
        outer_(stop, [this] { inner_.request_stop(); }) {
    for (const plan::Step& step : graph.steps) {
      std::vector<plan::StepId> inputs = plan::inputs_of(step);
      std::ranges::sort(inputs);
      inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
      waiting_for_[step.id] = inputs.size();
      for (plan::StepId input : inputs) readers_[input].push_back(step.id);
      if (inputs.empty()) ready_.insert(step.id);
    }
  }

  void work() {
    while (const auto step = take()) {
      std::exception_ptr failure;
      try {
        results_[*step] = executor_.execute(graph_.steps[*step], results_, inner_.get_token());
      } catch (...) {
        failure = std::current_exception();
      }
      finish(*step, failure);
    }
  }

  std::vector<StepResult> take_results() {
    if (failure_) std::rethrow_exception(failure_);
    return std::move(results_);
  }

 private:
  // The next ready step; nullopt when all is done or given up.
  std::optional<plan::StepId> take() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return over() || !ready_.empty(); });
    if (over()) return std::nullopt;
    const plan::StepId step = *ready_.begin();
    ready_.erase(ready_.begin());
    return step;
  }

  [[nodiscard]] bool over() const { return unfinished_ == 0 || failure_ != nullptr; }

  void finish(plan::StepId step, const std::exception_ptr& failure) {
    const bool first = note(step, failure);
    if (first) inner_.request_stop();
    if (failure) tell_failure(step, failure, first);
    changed_.notify_all();
  }

  // True if this is the first failure.
  bool note(plan::StepId step, const std::exception_ptr& failure) {
    const std::lock_guard guard(mutex_);
    --unfinished_;
    if (failure) {
      if (failure_) return false;
      failure_ = locate(step, failure);
      return true;
    }
    for (plan::StepId reader : readers_[step]) {
      if (--waiting_for_[reader] == 0) ready_.insert(reader);
    }
    return false;
  }

  // The same failure, with the step's place in its Dockerfile.
  [[nodiscard]] std::exception_ptr locate(plan::StepId id,
                                          const std::exception_ptr& failure) const {
    const plan::Step& step = graph_.steps[id];
    try {
      std::rethrow_exception(failure);
    } catch (base::Error& error) {
      if (!error.spot() && step.where.first_line > 0) {
        error.with_spot({step.file_name, step.where.first_line, 1, 0, ""});
      }
      return std::make_exception_ptr(error);
    } catch (...) {
      return failure;
    }
  }

  // What ends after the first failure ends because of it.
  void tell_failure(plan::StepId step, const std::exception_ptr& failure, bool first) const {
    try {
      std::rethrow_exception(failure);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::cancelled || !first) {
        events_(StepCancelled{step});
      } else {
        events_(StepFailed{step, error.what()});
      }
    } catch (const std::exception& error) {
      events_(StepFailed{step, error.what()});
    }
  }

  const plan::BuildGraph& graph_;
  StepExecutor& executor_;
  const EventSink& events_;
  std::vector<StepResult> results_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::size_t> waiting_for_;
  std::vector<std::vector<plan::StepId>> readers_;
  std::set<plan::StepId> ready_;
  std::size_t unfinished_;
  std::exception_ptr failure_;
  std::stop_source inner_;
  std::stop_callback<std::function<void()>> outer_;
};

}  // namespace

std::vector<StepResult> execute(const plan::BuildGraph& graph, StepExecutor& executor,
                                unsigned jobs, const EventSink& events, std::stop_token stop) {
  if (jobs == 0) jobs = std::max(4U, 2 * std::thread::hardware_concurrency());
  Execution execution(graph, executor, events, stop);
  {
    std::vector<std::jthread> workers;
    const std::size_t useful = std::min<std::size_t>(jobs, graph.steps.size());
    for (std::size_t i = 1; i < useful; ++i)
      workers.emplace_back([&execution] { execution.work(); });
    execution.work();
  }
  // Whichever step noticed it first: it was not that line of the Dockerfile that ended the build.
  if (stop.stop_requested())
    throw base::Error(base::ErrorKind::cancelled, "build", "", "it was interrupted");
  return execution.take_results();
}

}  // namespace cooper::engine
