#include "runtime/process.hpp"

#include "noded/task.hpp"

#include "telemetry/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>

namespace noded::runtime {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NODED_HAS_SANITIZER 1
#endif
#endif

// Below 2 MiB no kernel gives a thread's stack one huge page of which it would use a few KiB.
[[maybe_unused]] constexpr std::size_t kStackBytes = std::size_t{1} << 20;
constexpr int kArenas = 2;
constexpr rlim_t kExpectedDescriptors = 32'768;  // 8 bytes of the system's memory for each

void limit_thread_memory() {
  mallopt(M_ARENA_MAX, kArenas);
#if !defined(NODED_HAS_SANITIZER)  // whose frames are several times as large
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
#endif
}

void raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // if refused, the old limit holds
}

// The system doubles a process's table of descriptors when it is full and, once there are threads,
// lets whoever opens one wait until every processor has passed a quiet state: ten milliseconds and
// more for a loop that accepts. A table never shrinks, so it is made large before there are any.
void enlarge_descriptor_table() {
  const int any = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (any < 0) return;
  const rlim_t wanted = std::min<rlim_t>(kExpectedDescriptors, open_file_limit());
  const int high = fcntl(any, F_DUPFD_CLOEXEC, static_cast<int>(wanted) - 1);
  if (high >= 0) close(high);
  close(any);
}

void log_defect(const char* task, std::exception_ptr cause) {
  std::string what = "unknown exception";
  try {
    std::rethrow_exception(std::move(cause));
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {  // whatever a plug-in throws must still be reported
  }
  telemetry::log(
      telemetry::Level::kError, "defect", telemetry::Fields().text("task", task).text("cause", what)
  );
}

}  // namespace

void prepare_process() {
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
  raise_open_file_limit();
  enlarge_descriptor_table();
  limit_thread_memory();
}

void log_defects() {
  set_defect_handler(&log_defect);
}

Result<> write_ready_file(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  const auto refuse = [&path] {
    return fail(
        Errc::kUnavailable,
        fmt::format("cannot write the ready file {}: {}", path, std::strerror(errno))
    );
  };
  std::FILE* file = std::fopen(draft.c_str(), "we");
  if (file == nullptr) return refuse();
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool is_closed = std::fclose(file) == 0;
  if (!is_written || !is_closed || std::rename(draft.c_str(), path.c_str()) != 0) return refuse();
  return {};
}

bool has_terminal() {
  const int terminal = ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

bool is_hangup_ignored() {
  struct sigaction action{};
  return ::sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

std::uint64_t resident_bytes() {
  // proc(5), statm: the second number is the resident set in pages.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen("/proc/self/statm", "re"), &std::fclose
  );
  unsigned long long total = 0;
  unsigned long long resident = 0;
  if (!file || std::fscanf(file.get(), "%llu %llu", &total, &resident) != 2) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_file_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}  // namespace noded::runtime
