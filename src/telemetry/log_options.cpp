#include "telemetry/log_options.hpp"

#include <unistd.h>

namespace noded::telemetry {

LogSetup make_log_setup(const Options& options, int descriptor) {
  const std::string& level = options.get(kLogLevel);
  const std::string& form = options.get(kLogForm);
  LogSetup setup;
  setup.level = level == "debug"     ? Level::kDebug
                : level == "warning" ? Level::kWarning
                : level == "error"   ? Level::kError
                                     : Level::kInfo;
  setup.as_json = form == "json" || (form == "auto" && ::isatty(descriptor) == 0);
  setup.descriptor = descriptor;
  return setup;
}

}  // namespace noded::telemetry
