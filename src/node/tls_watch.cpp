#include "node/tls_watch.hpp"

#include "http/http_options.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace noded::node {
namespace {

using telemetry::Fields;
using telemetry::Level;

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});

void tell(const http::TlsFiles& files) {
  const auto end = files.keys()->expires_at().time_since_epoch();
  telemetry::log(
      Level::kInfo,
      "TLS certificates read",
      Fields().number("expire_at", std::chrono::duration_cast<std::chrono::seconds>(end).count())
  );
}

Task<> refresh(std::shared_ptr<http::TlsFiles> files, Lane& lane, const Clock& clock) {
  auto read = [files, &clock] {
    return files->refresh(http::TlsFiles::When::kChanged, clock);
  };
  const Result<bool> refreshed = co_await offload(lane, std::move(read));
  if (!refreshed) {
    telemetry::log(
        Level::kError,
        "TLS certificates not read; the old ones go on serving",
        Fields().text("cause", refreshed.error().message)
    );
  } else if (*refreshed) {
    tell(*files);
  }
}

}  // namespace

Result<std::shared_ptr<http::TlsFiles>> open_tls(
    const Options& options, const Clock& clock, telemetry::Metrics& metrics
) {
  auto files = http::make_tls_files(options);
  if (!files || *files == nullptr) return files;
  if (auto read = (*files)->refresh(http::TlsFiles::When::kAlways, clock); !read)
    return std::unexpected(std::move(read.error()));
  metrics.gauge(
      "noded_tls_certificate_expires_seconds",
      "Unix time at which the first of the certificates ends",
      [files = *files] {
        const auto end = files->keys()->expires_at().time_since_epoch();
        return std::chrono::duration<double>(end).count();
      }
  );
  return files;
}

Node::PrepareReload make_tls_part(std::shared_ptr<http::TlsFiles> files, const Clock& clock) {
  return [files = std::move(files), &clock](const Options&) -> Result<Node::ApplyReload> {
    if (auto read = files->refresh(http::TlsFiles::When::kAlways, clock); !read)
      return std::unexpected(std::move(read.error()));
    return [files] {
      tell(*files);
    };
  };
}

Task<> watch_tls(
    std::shared_ptr<http::TlsFiles> files,
    std::chrono::milliseconds period,
    Lane& lane,
    const Clock& clock
) {
  net::steady_timer timer(co_await net::this_coro::executor);
  for (;;) {
    timer.expires_after(period);
    const auto [fault] = co_await timer.async_wait(kAwait);
    if (fault) co_return;
    // What went wrong is in the log; a later change of the files may mend it.
    co_await refresh(files, lane, clock);
  }
}

}  // namespace noded::node
