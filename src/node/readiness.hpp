// Readiness: the probes behind /readyz. Probes are added before serving starts; afterwards any loop
// thread may ask.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace noded::node {

class Readiness {
 public:
  struct Reason {
    std::string probe;
    std::string text;
  };
  // Empty text = ready.
  void add(std::string name, std::function<std::string()> probe);
  void begin_drain() noexcept { is_draining_ = true; }

  std::vector<Reason> reasons_against() const;  // empty = ready

 private:
  struct Probe {
    std::string name;
    std::function<std::string()> ask;
  };
  std::vector<Probe> probes_;
  std::atomic<bool> is_draining_{false};
};

}  // namespace noded::node
