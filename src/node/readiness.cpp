#include "node/readiness.hpp"

#include <utility>

namespace noded::node {

void Readiness::add(std::string name, std::function<std::string()> probe) {
  probes_.push_back({std::move(name), std::move(probe)});
}

std::vector<Readiness::Reason> Readiness::reasons_against() const {
  std::vector<Reason> out;
  if (is_draining_) out.push_back({"drain", "the node is shutting down"});
  for (const Probe& probe : probes_) {
    std::string text = probe.ask();
    if (!text.empty()) out.push_back({probe.name, std::move(text)});
  }
  return out;
}

}  // namespace noded::node
