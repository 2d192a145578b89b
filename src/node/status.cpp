#include "node/status.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "node/version.hpp"
#include "runtime/process.hpp"
#include "telemetry/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace noded::node {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values)
    out.emplace_back(value);
  return out;
}

json::array reasons_json(const std::vector<Readiness::Reason>& reasons) {
  json::array out;
  for (const auto& reason : reasons)
    out.push_back(json::object{{"probe", reason.probe}, {"reason", reason.text}});
  return out;
}

json::object lane_json(const runtime::ThreadLane& lane) {
  return {
      {"name", lane.setup().name},
      {"queued", lane.queued()},
      {"queue_limit", lane.queue_limit()},
      {"running", lane.running()},
      {"finished", lane.finished()},
      {"refused", lane.refused()},
  };
}

json::object store_json(const Engine& engine) {
  const Engine::Health health = engine.health();
  return {
      {"writable", health.writable},
      {"reason", health.reason},
      {"durability", health.durability},
      {"stored_bytes", health.stored_bytes},
      {"free_bytes", health.free_bytes},
      {"image_bytes", health.image_bytes},
      {"image_walks", health.image_walks},
      {"count_ranges", health.count_ranges},
      {"count_bytes", health.count_bytes},
      {"counts_told", health.counts_told},
      {"count_cuts", health.count_cuts},
      {"last_commit", engine.last_commit()},
  };
}

std::int64_t uptime_seconds(const StatusSources& sources) {
  return std::chrono::floor<std::chrono::seconds>(sources.clock.steady() - sources.started_at)
      .count();
}

http::Response answer_readiness(const Readiness& readiness) {
  const auto reasons = readiness.reasons_against();
  json::object body{{"ready", reasons.empty()}};
  if (!reasons.empty()) body.emplace("reasons", reasons_json(reasons));
  http::Response response =
      http::Response::json(reasons.empty() ? 200 : 503, codec::to_json_text(std::move(body)));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

// The same without reasons, for front ends.
http::Response answer_health(const Readiness& readiness) {
  const bool is_ready = readiness.reasons_against().empty();
  http::Response response = http::Response::json(
      is_ready ? 200 : 503, is_ready ? R"({"status":"ok"})" : R"({"status":"not ready"})"
  );
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

// A peer on this machine that speaks for nobody else.
bool is_local(const http::Request& request) {
  if (request.from_local_socket) return true;
  const bool is_loopback = request.peer.starts_with("127.") || request.peer == "::1";
  return is_loopback && !request.has_header("Forwarded") && !request.has_header("X-Forwarded-For");
}

http::Response answer_metrics(const StatusSources& sources, const http::Request& request) {
  if (!sources.has_open_metrics && !is_local(request)) {
    return http::answer_refusal(
        403, "metrics are for this machine; the option metrics.for opens them"
    );
  }
  http::Response response = http::Response::text(200, sources.metrics.print());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

http::Route route(std::string pattern, http::Handler handler) {
  http::Route out{};
  out.method = http::Method::kGet;
  out.pattern = std::move(pattern);
  out.handler = std::move(handler);
  return out;
}

}  // namespace

std::string status_json(const StatusSources& sources) {
  const auto reasons = sources.readiness.reasons_against();
  json::object out{
      {"version", version()},
      {"commit", commit()},
      {"pid", ::getpid()},
      {"uptime_seconds", uptime_seconds(sources)},
      {"ready", reasons.empty()},
      {"reasons", reasons_json(reasons)},
      {"roles", texts(sources.roles)},
      {"addresses", texts(sources.urls)},
      {"data", sources.data_directory},
      {"requests", sources.metrics.total("noded_http_requests_total")},
      {"connections", sources.server == nullptr ? 0 : sources.server->connections()},
      {"store", store_json(sources.engine)},
      {"lanes", json::array{lane_json(sources.lanes.store()), lane_json(sources.lanes.hash())}},
      {"resident_bytes", runtime::resident_bytes()},
      {"dropped_log_lines", telemetry::dropped_log_lines()},
  };
  for (const StatusPart& part : sources.parts) {
    if (auto value = codec::parse_json(part.json(), part.name))
      out.emplace(part.name, std::move(*value));
  }
  return codec::to_json_text(std::move(out));
}

std::vector<http::Route> status_routes(const StatusSources& sources) {
  std::vector<http::Route> routes;
  routes.push_back(route("/livez", [](http::Request&) -> Task<http::Response> {
    co_return http::Response::json(200, R"({"alive":true})");
  }));
  routes.push_back(route("/readyz", [&sources](http::Request&) {
    return http::answered(answer_readiness(sources.readiness));
  }));
  for (const char* pattern : {"/health", "/api/health"}) {
    routes.push_back(route(pattern, [&sources](http::Request&) {
      return http::answered(answer_health(sources.readiness));
    }));
  }
  routes.push_back(route("/metrics", [&sources](http::Request& request) {
    return http::answered(answer_metrics(sources, request));
  }));
  routes.push_back(route("/api/admin/status", [&sources](http::Request& request) {
    return http::answered(
        request.from_local_socket ? http::Response::json(200, status_json(sources))
                                  : http::answer_refusal(403, "only on the admin socket")
    );
  }));
  return routes;
}

void add_status_metrics(const StatusSources& sources) {
  telemetry::Metrics& metrics = sources.metrics;
  metrics.gauge("noded_uptime_seconds", "time since the start", [&sources] {
    return static_cast<double>(uptime_seconds(sources));
  });
  metrics.gauge("noded_resident_bytes", "resident memory of the process", [] {
    return static_cast<double>(runtime::resident_bytes());
  });
  metrics.counter_of(
      "noded_log_lines_dropped_total",
      "log lines dropped because nobody read them",
      [] { return static_cast<double>(telemetry::dropped_log_lines()); }
  );
  metrics.gauge("noded_store_bytes", "live data in the store, estimated", [&sources] {
    return static_cast<double>(sources.engine.health().stored_bytes);
  });
  metrics.gauge("noded_store_free_bytes", "free space of the store's file system", [&sources] {
    return static_cast<double>(sources.engine.health().free_bytes);
  });
  metrics.gauge("noded_store_image_bytes", "memory of ranges kept for walks", [&sources] {
    return static_cast<double>(sources.engine.health().image_bytes);
  });
  metrics.counter_of(
      "noded_store_image_walks_total",
      "walks and groups of lookups in a range that were answered from memory",
      [&sources] { return static_cast<double>(sources.engine.health().image_walks); }
  );
  metrics.gauge(
      "noded_store_count_ranges",
      "ranges whose parts are counted without a walk over them",
      [&sources] { return static_cast<double>(sources.engine.health().count_ranges); }
  );
  metrics.gauge("noded_store_count_bytes", "memory of what counts are told from", [&sources] {
    return static_cast<double>(sources.engine.health().count_bytes);
  });
  metrics.counter_of(
      "noded_store_counts_told_total",
      "counts that were told without a walk over their range",
      [&sources] { return static_cast<double>(sources.engine.health().counts_told); }
  );
  metrics.counter_of(
      "noded_store_count_cuts_total",
      "walks that learned or refined a range for counts",
      [&sources] { return static_cast<double>(sources.engine.health().count_cuts); }
  );
  metrics.gauge("noded_store_writable", "1 while the store takes writes", [&sources] {
    return sources.engine.health().writable ? 1.0 : 0.0;
  });
  metrics.counter_of(
      "noded_store_commits_total",
      "commits of the store since it was made",
      [&sources] { return static_cast<double>(sources.engine.last_commit()); }
  );
}

}  // namespace noded::node
