/**
 * What carries a full stop without ending a sentence, per language, without its last stop. A lower-case entry is met
 * in any case, a capitalised one only with a capital ("Gen. Lee", but "das Gen.").
 */
type Abbreviations = {
  /** Always followed by more of the sentence. */
  readonly never: string;
  /** May end a sentence; it does when the next word is one that begins sentences. */
  readonly either: string;
  /** Followed by more of the sentence when a number comes next. */
  readonly beforeNumber: string;
};

export const abbreviations: Readonly<Record<string, Abbreviations>> = {
  en: {
    never:
      "mr mrs ms mx dr prof Messrs Gen Sen Rep Gov Capt Cpt Cmdr Lt Col Sgt Cpl Maj Adm Rev Hon Pres Supt Insp Fr " +
      "Mt Ft " +
      "e.g i.e eg vs viz cf approx a.k.a c/o w.r.t Attn Asst Brig Det Amb Treas Ald Ens Ofc Sens Reps Gens Drs " +
      "Profs Secy Msgr",
    either:
      "temp St Ste Jr Sr Esq Inc Ltd Co Corp LLC Bros Ave Blvd Rd Hwy etc al est dept div govt assn bldg apt tel " +
      "ext misc " +
      "resp incl excl ed eds trans repr ibid max min avg Supp Cir App Cal Reg Fed Univ Inst Mfg Intl Natl " +
      "Ala Ariz Ark Calif Colo Conn Fla Ga Ill Ind Kan Mass Mich Minn Mont Neb Nev Okla Ore Penn Tenn Tex Vt Wash " +
      "Wis Wyo " +
      "Ph.D M.D B.A M.A B.Sc M.Sc LL.M D.D.S U.S U.K U.N E.U D.C U.S.A U.S.S.R L.A N.Y Assoc Atty Dist Pkwy Rte",
    beforeNumber:
      "ft lb lbs oz min sec hr hrs yr yrs no nos nr art pp pg fig figs eq eqs vol vols ch chap sec secs sect par " +
      "para tab ex app ver op rm ste " +
      "jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sat sun ca circa chaps " +
      "paras cols refs suppl",
  },
  de: {
    never:
      "z.b d.h u.a i.d.r i.d.f s.o s.u o.g sog bzw bspw vgl evtl ggf inkl exkl zzgl Hr Hrn Fr Frl Fa dr prof med " +
      "phil jur rer nat kath evang Dipl Ing Nr " +
      "ca gem lt mind max em mult v n Abs Bd Kap Hrsg geb gest St v.a z.t u.u i.a o.ä.d a.d z.hd Tel allg bes Abg " +
      "Oblt Präs Vors Gebr Fam Mag priv doz verf übers bearb verw verh gesch gegr insb insbes entspr einschl " +
      "ausschl vorm nachm ehem ev amerik engl franz griech lat ital österr schweiz ungef",
    either: "mio mrd tsd usw usf etc u.s.w u.v.m o.ä u.ä Str Jh Jhd Std Min Sek v.chr n.chr AG Co Inc e.v",
    beforeNumber:
      "proz art abb abschn anm aufl tab rn ziff jan feb mär apr jun jul aug sept okt nov dez mo di mi do fr sa so " +
      "febr",
  },
  fr: {
    never:
      "M MM Mme Mmes Mlle Mlles Mgr Me Dr Pr St Ste p.ex c.-à-d c-à-d cf env éd apr av Bd bd boul chap tél Mes Gal " +
      "Gén Cne Adj Prés Sén Dép Ets Sté",
    either: "etc s.a av.j.-c apr.j.-c J.-C Cie coll dir trad ex arr adr réf suppl hab int ext",
    beforeNumber: "art no pp vol fig janv févr avr juil sept oct nov déc tabl",
  },
  es: {
    never:
      "sr sra srta sres sras dr dra dres D Dña Da Ud Uds Vd Vds prof profa lic ing arq Gral Cap Cnel Sto Sta Fr " +
      "Excmo Ilmo " +
      "p.ej ej Avda Av aprox dpto tfno EE SS RR FF pág págs núm párr párrf Cra Cía Srtas Lcdo Lcda Ldo Lda Abg Mtro " +
      "Mtra Tte Sgto Cmdte Pte Pdte Pdta Pbro Excma Ilma Hno Hna Bvar Pza Plza Ctra Depto Edif Urb Prov",
    either: "etc a.c d.c UU s.a S.L UU.UU Hnos admón coord trad íd ibíd atte ref",
    beforeNumber: "lun mié jue vie sáb dom ene abr ago dic art no cap vol fig tel pp arts caps apdo apto",
  },
  it: {
    never:
      "sig sigg sig.ra sig.na dott dott.ssa dr prof prof.ssa avv ing arch geom rag dir amm psicol on sen sec Gen " +
      "Mons Egr Gent Spett S p.es es ad.es " +
      "pag pagg cfr ca v.le P.zza c.so Proff Cap Ten Magg Serg Comm Cav Uff Soc",
    either: "ecc etc a.c d.c s.p.a s.r.l segg op cit ed rif abb lat ingl",
    beforeNumber: "art nn nr num cap sez tab vol fig tel pp artt capp voll figg tabb alleg febbr sett",
  },
  nl: {
    never:
      "dhr mevr mw mej dr drs ir v n ing mr prof ds bijv bv b.v d.w.z m.b.v i.p.v o.a m.a.w t.o.v i.v.m t.b.v z.g " +
      "zgn ca resp incl excl vgl St evt ong afd secr wethr uitg overl geb Gebr Ned Gen Kol Kap",
    either: "enz etc e.d e.a a.u.b s.v.p N.V B.V v.chr n.chr min dir pres",
    beforeNumber: "nr nrs art blz afb fig jan feb mrt apr jun jul aug sept okt nov dec tel artt febr bijl",
  },
  pt: {
    never:
      "sr sra srta srs sras dr dra drs dras prof profa profs eng arq Exmo Exma Ilmo D Dom Pe Sto Sta Gen Cel Cap Av " +
      "p.ex ex aprox " +
      "pág págs núm ltd",
    either: "etc a.c d.c Ltda Cia S.A E.U.A",
    beforeNumber: "art no cap vol fig tel pp",
  },
  ru: {
    never:
      "т.е т.к т.н т.ч напр см ср ул пр им проф акад доц г-н г-жа гр стр рис табл обл р-н пос пгт дер св",
    either: "т.д т.п др пр г гг в вв тыс млн млрд н.э ч чел шт",
    beforeNumber: "ст пп гл тел кв корп",
  },
  pl: {
    never: "dr prof mgr inż hab lek ks np tzn tzw m.in ul al os pl im św por zob wg ok red wyd",
    either: "itd itp r w zł tys mln mld godz n.e",
    beforeNumber: "nr art str rys tab rozdz tel poz pkt ust",
  },
  tr: { never: "Dr Prof Doç Av Sn bkz yak Cad Sok Mah", either: "vb vs vd", beforeNumber: "no tel" },
  uk: {
    never: "т.е тобто напр див вул ім проф акад доц р-н",
    either: "т.д т.п ін р рр грн коп тис млн млрд",
    beforeNumber: "ст п тел",
  },
  cs: {
    never: "napr např tj tzv dr judr mudr phdr rndr ing mgr bc doc prof ul sv č str",
    either: "atd apod aj r n.l",
    beforeNumber: "čl tel",
  },
  da: {
    never: "f.eks bl.a dvs hr fr dr prof ca kl ift skt evt pga mht inkl ekskl nr",
    either: "osv m.m etc mv m.fl",
    beforeNumber: "kap tel",
  },
  sv: {
    never: "t.ex bl.a d.v.s dvs dr prof ca kl ev resp inkl exkl s.k",
    either: "osv m.m etc m.fl",
    beforeNumber: "nr kap tel",
  },
  el: {
    never: "π.χ κ κα κος δρ καθ δηλ βλ στρ",
    either: "κ.λπ κλπ κ.ά κτλ π.μ μ.μ π.χρ μ.χρ",
    beforeNumber: "αρ σελ τηλ",
  },
  ar: { never: "د أ م", either: "إلخ الخ", beforeNumber: "رقم" },
  he: { never: "ד״ר פרופ גב מס", either: "וכו וכד", beforeNumber: "עמ" },
  fi: { never: "esim mm ns tri prof vrt ks", either: "jne ym yms e.kr j.kr", beforeNumber: "nro klo puh" },
  hu: { never: "pl ún ill kb dr prof özv ifj id", either: "stb", beforeNumber: "sz tel old" },
  ro: {
    never: "dl dna dra dr prof ing ex str bd nr",
    either: "etc ș.a î.hr d.hr",
    beforeNumber: "art pag cap tel",
  },
  id: { never: "dr prof sdr bpk jl jln tgl", either: "dll dsb dst", beforeNumber: "no hlm tel" },
  vi: { never: "TS GS PGS ThS Th.S BS KS TP Tp", either: "v.v", beforeNumber: "tr" },
  hi: { never: "डॉ प्रो श्री पं कु सं", either: "आदि", beforeNumber: "नं पृ" },
};

/** Names written with an exclamation or question mark of their own; only a word that begins sentences ends one there. */
export const markedNames = "yahoo jeopardy joomla yum wham oklahoma guess airplane kahoot";
