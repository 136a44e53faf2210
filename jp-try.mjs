import sharp from "sharp"; import { readHeader } from "/work/h/f24/dist/src/formats/jpeg/header.js"; import { decodePlain } from "/work/h/f24/dist/src/formats/jpeg/decode.js";
import { decodeJpeg } from "/work/h/f24/dist/src/formats/jpeg.js"; import { readFileSync, readdirSync } from "node:fs";
sharp.concurrency(1); sharp.cache(false);
let seed=+(process.argv[2]??1); const rnd=()=>{seed=(Math.imul(seed,1664525)+1013904223)>>>0;return seed/2**32};
let n=0,bad=0,nul=0; const N=+(process.argv[3]??500);
for(let i=0;i<N;i++){ const w=1+Math.floor(rnd()*70),h=1+Math.floor(rnd()*70),c=rnd()<.25?1:3; const kind=Math.floor(rnd()*4); const p=Buffer.alloc(w*h*c);
 const a=rnd()*20,b=rnd()*20; for(let k=0;k<p.length;k++){const x=Math.floor(k/c)%w,y=Math.floor(k/c/w); p[k]=kind===0?rnd()*256:kind===1?(rnd()<.5?0:255):kind===2?128+120*Math.sin((x*a+y*b+k%c)/30):(x*7+y*3+(k%c)*50)&255;}
 const q=1+Math.floor(rnd()*100); const opts={quality:q,chromaSubsampling:rnd()<.5?"4:2:0":"4:4:4",optimizeCoding:rnd()<.5}; let im=sharp(p,{raw:{width:w,height:h,channels:c}}); if(c===1) im=im.toColourspace("b-w"); const f=await im.jpeg(opts).toBuffer();
 const hd=readHeader(f); const own=hd&&decodePlain(f,hd); const ref=await decodeJpeg(f,"x",{side:65535,pixels:2**26}); n++;
 if(!own){nul++; if(nul<4)console.log("null",w,h,c,kind,opts,!!hd);continue}
 let d=0; if(own.pixels.length!==ref.pixels.length)d="LEN"; else for(let k=0;k<ref.pixels.length;k++)d=Math.max(d,Math.abs(own.pixels[k]-ref.pixels[k])); if(d!==0){bad++; if(bad<6)console.log("DIFF",d,w,h,c,kind,opts)} }
console.log({n,bad,nul});
for (const f of readdirSync("/tmp/f24w/img").filter(f=>f.endsWith(".jpg"))){const b=readFileSync("/tmp/f24w/img/"+f);const hd=readHeader(b);const own=hd&&decodePlain(b,hd);const ref=await decodeJpeg(b,"x",{side:65535,pixels:2**26});if(!own){console.log(f,"-> sharp");continue} let d=own.width===ref.width&&own.height===ref.height?0:"SIZE";for(let k=0;k<ref.pixels.length&&d!=="SIZE";k++)d=Math.max(d,Math.abs(own.pixels[k]-ref.pixels[k]));if(d!==0)console.log(f,"DIFF",d)}
