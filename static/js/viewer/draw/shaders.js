// @ts-check
/**
 * The shaders. The first pass resamples modality values to the canvas, the second windows them and lays the map on top:
 * a drag of the window runs the second alone.
 */
import { FADE, NUDGE } from "./scene.js";

export const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

const PLACE = `
uniform float canvasHeight;
uniform mat3x2 toImage;

vec2 placeInImage() {
  return toImage * vec3(gl_FragCoord.x, canvasHeight - gl_FragCoord.y, 1.0);
}`;

// Integer textures are not filtered by the hardware, and padding must not blend into its neighbours.
export const RESAMPLE = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D pixels;
uniform float scale;
uniform float aspect;
uniform int samples;
uniform ivec2 padding;
uniform float perValue;
out uvec2 resampled;
${PLACE}

int valueAt(ivec2 at) {
  return int(texelFetch(pixels, clamp(at, ivec2(0), textureSize(pixels, 0) - 1), 0).r);
}

bool isImage(int value) {
  return value < padding.x || value > padding.y;
}

vec2 averaged(vec2 at) {
  float sum = 0.0;
  float count = 0.0;
  for (int j = 0; j < samples; j += 1) {
    for (int i = 0; i < samples; i += 1) {
      vec2 offset = (vec2(i, j) + 0.5) / float(samples) - 0.5;
      int value = valueAt(ivec2(floor(at + offset / vec2(scale, scale * aspect) + ${NUDGE})));
      if (isImage(value)) {
        sum += float(value);
        count += 1.0;
      }
    }
  }
  return vec2(count > 0.0 ? sum / count : 0.0, count / float(samples * samples));
}

vec2 blended(vec2 at) {
  vec2 low = floor(at - 0.5);
  vec2 part = at - 0.5 - low;
  float sum = 0.0;
  float total = 0.0;
  for (int j = 0; j < 2; j += 1) {
    for (int i = 0; i < 2; i += 1) {
      int value = valueAt(ivec2(low) + ivec2(i, j));
      if (isImage(value)) {
        float share = (i == 1 ? part.x : 1.0 - part.x) * (j == 1 ? part.y : 1.0 - part.y);
        sum += float(value) * share;
        total += share;
      }
    }
  }
  return vec2(total > 0.0 ? sum / total : 0.0, total);
}

void main() {
  vec2 at = placeInImage();
  vec2 size = vec2(textureSize(pixels, 0));
  if (any(lessThan(at, vec2(0.0))) || any(greaterThanEqual(at, size))) {
    resampled = uvec2(0u);
    return;
  }
  vec2 found = scale < 1.0 ? averaged(at) : blended(at);
  resampled = uvec2(uint(round(found.x * perValue)), uint(round(found.y * 65535.0)));
}`;

export const COMPOSE = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D resampled;
uniform sampler2D greys;
uniform usampler2D map;
uniform sampler2D colours;
uniform vec2 imageSize;
uniform bool mapShown;
uniform vec4 placement;
uniform float opacity;
uniform float above;
out vec4 colour;
${PLACE}

float cell(ivec2 at) {
  return float(texelFetch(map, clamp(at, ivec2(0), textureSize(map, 0) - 1), 0).r) / 65535.0;
}

float evidenceAt(vec2 at) {
  vec2 low = floor(at - 0.5);
  vec2 part = at - 0.5 - low;
  ivec2 first = ivec2(low);
  float upper = mix(cell(first), cell(first + ivec2(1, 0)), part.x);
  float lower = mix(cell(first + ivec2(0, 1)), cell(first + ivec2(1, 1)), part.x);
  return mix(upper, lower, part.y);
}

void main() {
  uvec2 found = texelFetch(resampled, ivec2(gl_FragCoord.xy), 0).rg;
  float grey = texelFetch(greys, ivec2(int(found.r & 255u), int(found.r >> 8u)), 0).r * float(found.g) / 65535.0;
  vec3 shown = vec3(grey);
  if (mapShown) {
    vec2 at = placeInImage();
    vec2 share = (at - placement.xy) / (placement.zw - placement.xy);
    bool isInside = all(greaterThanEqual(share, vec2(0.0))) && all(lessThan(share, vec2(1.0))) &&
      all(greaterThanEqual(at, vec2(0.0))) && all(lessThan(at, imageSize));
    if (isInside) {
      float evidence = evidenceAt(share * vec2(textureSize(map, 0)));
      float strength = opacity * clamp((evidence - above) / ${FADE.toFixed(3)}, 0.0, 1.0);
      shown = mix(shown, texelFetch(colours, ivec2(int(round(evidence * 255.0)), 0), 0).rgb, strength);
    }
  }
  colour = vec4(shown, 1.0);
}`;
