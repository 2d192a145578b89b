#include "modules/system/openapi.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::system {

namespace json = boost::json;

namespace {

constexpr std::string_view kTitle = "bknd API";
constexpr std::string_view kVersion = "0.20.0";  // of the contract that is spoken

std::vector<std::string_view> segments_of(std::string_view pattern) {
  std::vector<std::string_view> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const auto end = pattern.find('/');
    segments.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end == std::string_view::npos ? pattern.size() : end);
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with(':') || segment.starts_with('*');
}

// "/api/data/entity/:entity" → "/api/data/entity/{entity}"
std::string path_of(std::string_view pattern) {
  std::string path;
  for (const std::string_view segment : segments_of(pattern)) {
    path += '/';
    if (is_parameter(segment)) {
      path.append("{").append(segment.substr(1)).append("}");
    } else {
      path += segment;
    }
  }
  return path;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return lowered;
}

void append_capitalised(std::string& out, std::string_view word) {
  if (word.empty()) return;
  out += static_cast<char>(std::toupper(static_cast<unsigned char>(word.front())));
  out += word.substr(1);
}

// get + "/api/data/entity/:entity" → "getApiDataEntityByEntity"
std::string operation_id(const http::Route& route) {
  std::string id = lower(to_text(route.method));
  for (const std::string_view segment : segments_of(route.pattern)) {
    if (is_parameter(segment)) id += "By";
    append_capitalised(id, is_parameter(segment) ? segment.substr(1) : segment);
  }
  return id;
}

json::value schema_of(std::string_view text) {
  auto parsed = codec::parse_json(text, "route schema");
  return parsed ? std::move(*parsed) : json::value(json::object());
}

json::object content_of(std::string_view schema) {
  return {{"application/json", {{"schema", schema_of(schema)}}}};
}

json::array parameters_of(const http::Route& route) {
  json::array parameters;
  for (const std::string_view segment : segments_of(route.pattern)) {
    if (!is_parameter(segment)) continue;
    parameters.push_back({
        {"name", segment.substr(1)},
        {"in", "path"},
        {"required", true},
        {"schema", {{"type", "string"}}},
    });
  }
  return parameters;
}

json::object operation_of(const http::Route& route) {
  json::object success{{"description", "Success"}};
  if (!route.response_schema.empty()) success["content"] = content_of(route.response_schema);
  json::object operation{
      {"responses", {{"200", std::move(success)}}},
      {"operationId", operation_id(route)},
      {"summary", route.summary},
  };
  const auto segments = segments_of(route.pattern);
  if (segments.size() > 1) operation["tags"] = json::array{json::string(segments[1])};
  auto parameters = parameters_of(route);
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.request_schema.empty()) {
    operation["requestBody"] = {{"content", content_of(route.request_schema)}};
  }
  return operation;
}

std::vector<std::shared_ptr<const http::Route>> listed(RouteRows routes) {
  std::vector<std::shared_ptr<const http::Route>> rows;
  std::ranges::copy_if(routes, std::back_inserter(rows), [](const auto& route) {
    return !route->summary.empty();
  });
  std::ranges::sort(rows, {}, [](const auto& route) {
    return std::pair(std::string_view(route->pattern), route->method);
  });
  return rows;
}

constexpr std::string_view kPageHead =
    R"(<!doctype html><html lang="en"><head><meta charset="utf-8">)"
    R"(<meta name="viewport" content="width=device-width, initial-scale=1"><title>API operations</title><style>)"
    R"(body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem})"
    R"(table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd})"
    R"(code{font-size:14px})"
    R"(</style></head><body><h1>API operations</h1><p>The same as <a href="/api/system/openapi.json">openapi.json</a>.</p>)"
    R"(<table><tr><th>Method</th><th>Path</th><th>What it does</th></tr>)";
constexpr std::string_view kPageTail = "</table></body></html>";

}  // namespace

std::string openapi_document(RouteRows routes) {
  json::object paths;
  for (const auto& route : listed(routes)) {
    json::value& path = paths[path_of(route->pattern)];
    if (!path.is_object()) path = json::object();
    path.get_object()[lower(to_text(route->method))] = operation_of(*route);
  }
  json::object document;
  document["openapi"] = "3.1.0";
  document["info"] = {{"title", kTitle}, {"version", kVersion}};
  document["paths"] = std::move(paths);
  return codec::to_json_text(document);
}

std::string operations_page(RouteRows routes) {
  std::string page(kPageHead);
  for (const auto& route : listed(routes)) {
    page += "<tr><td>";
    codec::append_html_text(page, to_text(route->method));
    page += "</td><td><code>";
    codec::append_html_text(page, path_of(route->pattern));
    page += "</code></td><td>";
    codec::append_html_text(page, route->summary);
    page += "</td></tr>";
  }
  return page.append(kPageTail);
}

}  // namespace noded::system
