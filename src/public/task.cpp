#include "noded/task.hpp"

#include <atomic>
#include <cstdio>
#include <exception>

namespace noded {
namespace {

void print_defect(const char* task, std::exception_ptr cause) {
  const char* what = "unknown exception";
  try {
    std::rethrow_exception(std::move(cause));
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "defect in task %s: %s\n", task, exception.what());
    return;
  } catch (...) {  // whatever a plug-in throws must still be reported
    std::fprintf(stderr, "defect in task %s: %s\n", task, what);
  }
}

std::atomic<DefectHandler> current_handler{&print_defect};

}  // namespace

void set_defect_handler(DefectHandler handler) noexcept {
  current_handler = handler != nullptr ? handler : &print_defect;
}

void report_defect(const char* task, std::exception_ptr cause) noexcept {
  current_handler.load()(task, std::move(cause));
}

}  // namespace noded
