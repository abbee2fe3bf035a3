// The village map. Outlines come by address once per version; each rerun sends only values.
const SVG = "http://www.w3.org/2000/svg"
const fetched = new Map()

function outlines(address) {
  if (!fetched.has(address)) {
    fetched.set(address, fetch(address).then(answer => {
      if (!answer.ok) throw new Error(address)
      return answer.json()
    }))
    fetched.get(address).catch(() => fetched.delete(address))
  }
  return fetched.get(address)
}

function add(parent, tag, attributes, text) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  if (text !== undefined) element.textContent = text
  parent.appendChild(element)
  return element
}

function frame(shapes, focus) {
  const margin = 20
  const township = shapes.townships.find(one => one.code === focus)
  if (!township) return [-margin, -margin, shapes.width + 2 * margin, shapes.height + 2 * margin]
  const [left, top, right, bottom] = township.box
  const around = 0.08 * Math.max(right - left, bottom - top)
  return [left - around, top - around, right - left + 2 * around, bottom - top + 2 * around]
}

function legend(root, data, drawn) {
  const line = document.createElement("div")
  line.className = "legend"
  const entry = (colour, text) => {
    const item = document.createElement("span")
    const swatch = document.createElement("i")
    swatch.style.background = colour
    item.append(swatch, text)
    line.append(item)
  }
  for (const band of data.bands) entry(band.colour, `${band.label}（${band.count}）`)
  if (data.missing.count) entry(data.missing.colour, `${data.missing.label}（${data.missing.count}）`)
  const undrawn = Object.keys(data.values).filter(code => !drawn.has(code)).length
  if (undrawn) line.append(`另有 ${undrawn} 个没有边界，图上不显示`)
  root.append(line)
}

function draw(root, shapes, data, pick) {
  root.replaceChildren()
  const regions = data.level === "township" ? shapes.townships : shapes.villages
  if (!regions.length) {
    const note = document.createElement("div")
    note.className = "none"
    note.textContent = "未导入行政村边界，无法画图。请在“台账导入”页面导入边界文件（.geojson）。"
    root.append(note)
    return
  }
  const shown = data.focus_level === "county" ? null : data.focus_township
  const box = frame(shapes, shown)
  const svg = add(root, "svg", { viewBox: box.join(" "), role: "img", "aria-label": data.alt })
  const tip = document.createElement("div")
  tip.className = "tip"
  for (const region of regions) {
    const [band, label] = data.values[region.code] ?? [null, data.missing.label]
    const outside = shown && (region.township ?? region.code) !== shown
    const path = add(svg, "path", {
      d: region.d,
      class: outside ? "region faded" : "region",
      fill: band === null ? data.missing.colour : data.bands[band].colour,
      "fill-rule": "evenodd",
    })
    path.dataset.code = region.code
    const place = shapes.townships.find(one => one.code === region.township)
    path.onmousemove = event => {
      tip.textContent = `${place ? place.name + " " : ""}${region.name}：${label}`
      const inside = root.getBoundingClientRect()
      const x = Math.min(event.clientX - inside.left + 12, inside.width - tip.offsetWidth - 4)
      tip.style.left = `${Math.max(x, 0)}px`
      tip.style.top = `${event.clientY - inside.top + 14}px`
      tip.style.visibility = "visible"
    }
    path.onmouseleave = () => { tip.style.visibility = "hidden" }
    // From the whole county a click goes to the township, from there to the village: one step at a time.
    path.onclick = () => pick(!shown || outside ? region.township ?? region.code : region.code)
  }
  for (const township of shapes.townships) add(svg, "path", { d: township.d, class: "border" })
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
  const pixel = Math.max(box[2] / (root.clientWidth || 480), box[3] / (root.clientHeight - (root.classList.contains("wide") ? 4 : 40)))
  const named = shown ? shapes.townships.filter(one => one.code === shown) : shapes.townships
  const chosen = shapes.villages.find(one => one.code === data.focus)
  if (chosen) add(svg, "path", { d: chosen.d, class: "chosen" })
  else {
    for (const township of named) {
      add(svg, "text", { x: township.label[0], y: township.label[1], class: "name", "font-size": 0.85 * rem * pixel, "stroke-width": 3 * pixel }, township.name)
    }
  }
  root.append(tip)
  legend(root, data, new Set(regions.map(region => region.code)))
}

export default function (component) {
  const { parentElement, setTriggerValue } = component
  const data = { ...component.data, ...JSON.parse(component.data.drawn) }
  const root = parentElement.querySelector(".map")
  // In rem, so that the map grows with the type on a projector.
  root.style.height = `${data.height / 15}rem`
  // Beside the map where there is room, else below it.
  root.classList.toggle("wide", root.clientWidth > 1.45 * root.clientHeight)
  outlines(data.shapes)
    .then(shapes => draw(root, shapes, data, code => setTriggerValue("picked", code)))
    .catch(() => {
      root.textContent = "地图边界没有取到，请刷新页面再试。"
    })
}
