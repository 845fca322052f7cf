// @ts-check
/** The two shaders: one quad, and the picture with its map. */

export const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

// Integer textures are not filtered by the hardware: enlarged pixels are blended bilinearly here, reduced ones averaged
// over the pixels that fall on one device pixel (at most 8 by 8).
export const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D pixels;
uniform usampler2D map;
uniform sampler2D colours;
uniform vec2 canvasSize;
uniform vec3 camera;
uniform vec2 voi;
uniform bool inverted;
uniform bool mapShown;
uniform vec4 placement;
uniform float opacity;
uniform float above;
out vec4 colour;

float texel(usampler2D source, ivec2 at) {
  ivec2 last = textureSize(source, 0) - 1;
  return float(texelFetch(source, clamp(at, ivec2(0), last), 0).r) / 65535.0;
}

float blended(usampler2D source, vec2 at) {
  vec2 low = floor(at - 0.5);
  vec2 part = at - 0.5 - low;
  ivec2 first = ivec2(low);
  float upper = mix(texel(source, first), texel(source, first + ivec2(1, 0)), part.x);
  float lower = mix(texel(source, first + ivec2(0, 1)), texel(source, first + ivec2(1, 1)), part.x);
  return mix(upper, lower, part.y);
}

float averaged(vec2 at, float span) {
  int n = int(clamp(ceil(span), 1.0, 8.0));
  float sum = 0.0;
  for (int j = 0; j < n; j += 1) {
    for (int i = 0; i < n; i += 1) {
      vec2 offset = (vec2(i, j) + 0.5) / float(n) - 0.5;
      sum += texel(pixels, ivec2(floor(at + offset * span)));
    }
  }
  return sum / float(n * n);
}

void main() {
  vec2 at = (vec2(gl_FragCoord.x, canvasSize.y - gl_FragCoord.y) - camera.yz) / camera.x;
  vec2 size = vec2(textureSize(pixels, 0));
  if (any(lessThan(at, vec2(0.0))) || any(greaterThanEqual(at, size))) {
    colour = vec4(0.0, 0.0, 0.0, 1.0);
    return;
  }
  float value = camera.x < 1.0 ? averaged(at, 1.0 / camera.x) : blended(pixels, at);
  float grey = clamp((value - voi.x) / voi.y + 0.5, 0.0, 1.0);
  vec3 shown = vec3(inverted ? 1.0 - grey : grey);
  if (mapShown) {
    vec2 share = (at - placement.xy) / (placement.zw - placement.xy);
    if (all(greaterThanEqual(share, vec2(0.0))) && all(lessThan(share, vec2(1.0)))) {
      float evidence = blended(map, share * vec2(textureSize(map, 0)));
      float strength = opacity * clamp((evidence - above) / 0.15, 0.0, 1.0);
      shown = mix(shown, texture(colours, vec2(evidence * 255.0 / 256.0 + 0.5 / 256.0, 0.5)).rgb, strength);
    }
  }
  colour = vec4(shown, 1.0);
}`;
