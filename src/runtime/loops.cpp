#include "runtime/loops.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace noded::runtime {

Loops::Loops(std::size_t count, FrontThreads* front) : front_(front) {
  for (std::size_t i = 0; i < count; ++i) {
    loops_.push_back(std::make_unique<Loop>());
    guards_.push_back(net::make_work_guard(*loops_.back()));
  }
}

Loops::~Loops() {
  stop();
  for (std::thread& thread : threads_)
    thread.join();
}

std::vector<net::io_context*> Loops::all() const {
  std::vector<net::io_context*> out;
  for (const auto& loop : loops_)
    out.push_back(loop.get());
  return out;
}

void Loops::run_one(net::io_context& loop, const char* name) const {
  std::optional<FrontThreads::Place> place;
  if (front_ != nullptr) place.emplace(*front_);
  while (true) {
    try {
      loop.run();
      return;
    } catch (...) {  // a handler that is no task failed: reported, and the others go on
      report_defect(name, std::current_exception());
    }
  }
}

void Loops::run() {
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    threads_.emplace_back([this, loop = loops_[i].get()] { run_one(*loop, "loop"); });
  }
  run_one(main(), "main loop");
  for (std::thread& thread : std::exchange(threads_, {}))
    thread.join();
}

void Loops::stop() {
  for (const auto& loop : loops_)
    loop->stop();
}

void Loops::discard() {
  guards_.clear();
  for (const auto& loop : loops_)
    loop->shutdown();
}

}  // namespace noded::runtime
