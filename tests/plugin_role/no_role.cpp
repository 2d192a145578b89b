// A library that is no plug-in.
extern "C" int noded_is_not_here() {
  return 0;
}
